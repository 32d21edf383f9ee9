# 全ページに共通のことば。
skip-to-main = 本文へ進む
language-nav = 言語
step-of = 手順 { $step }／{ $of }
go-on = 次へ進む
copy = コピーする
copied = コピーしました
other-method = ほかの方法でログインする
help-title = お困りのときは
help-no-line = { $society }の窓口へお問い合わせください。
time-limit = この画面は、{ $minutes }分間ご入力をお待ちします。時間を過ぎたときは、もう一度ログインしてください。
journey-kept = 途中で画面を閉じても、もう一度ログインすると続きから始められます。

next-birth-date = このあと：生年月日を確認します。
next-terms = このあと：利用規約をお読みいただきます。
next-mail = このあと：メールアドレスを確認します。
next-method = このあと：ログインの方法を選びます。
next-password = このあと：新しいパスワードを決めます。
next-enrol = このあと：選んだログイン方法を設定します。
next-complete = このあと：初回ログインが完了します。
next-application = このあと：ご利用のサービスへ進みます。

notice-sent-again = メールをもう一度送りました。いちばん新しいメールをご覧ください。前のメールのリンクと確認コードは使えません。
notice-not-yet-verified = メールアドレスの確認は、まだ済んでいません。届いたメールのリンクを開くか、確認コードを入力してください。
notice-mail-verified = メールアドレスを確認しました。
notice-resumed = 前回の続きから始めます。
notice-method-enrolled = ログイン方法の設定が終わりました。
notice-password-changed = パスワードを変更しました。
notice-sign-in-again = 安全のため、もう一度ログインしてください。
notice-method-renamed = 名前を変えました。
notice-method-removed = 削除しました。この方法ではログインできなくなりました。
notice-mail-changed = メールアドレスを変更しました。
notice-signed-out-there = その端末をログアウトしました。
notice-signed-out-elsewhere = ほかの端末をすべてログアウトしました。
notice-browser-forgotten = 次から、その端末でも2つ目の確認をします。
notice-application-revoked = サービスの利用を取り消しました。
notice-not-yet-answered = メールへのお返事は、まだ確認できていません。届いたメールのリンクを開くか、確認コードを入力してください。
notice-recovery-codes-kept = 新しい予備コードに替わりました。前の予備コードは使えません。
notice-unlocked = もう一度ログインできるようになりました。ユーザIDとパスワードを入力してください。
notice-stayed-signed-in = ログアウトせずに、そのままご利用いただけます。

password-show = 表示
password-hide = 隠す
password-shown = パスワードを表示しています
password-hidden = パスワードを隠しています

mail-code = 確認コード（6けたの数字）
mail-code-hint = メールに書かれた数字です。送信から{ $minutes }分間使えます。全角やスペース入りでもかまいません。
mail-sent-to = 送り先
resend-wait = あと{ $seconds }秒ほどで、もう一度送れるようになります。
resend-wait-live = あと # 秒で、もう一度送れるようになります。
resend-ready = メールが届かないときは、もう一度送れます。
resend-submit = メールをもう一度送る
no-mail-title = 届かないときに確かめること
no-mail-wait = 届くまで数分かかることがあります。
no-mail-spam = 「迷惑メール」のフォルダーもご確認ください。
no-mail-carrier = 携帯電話会社のメールで受信を制限しているときは、パソコンからのメールを受け取れるように設定してください。
no-mail-newest = 何度か送ったときは、いちばん新しいメールだけが使えます。

method-passkey-title = 顔・指紋・画面ロックでログイン
method-passkey-text = スマートフォンやパソコンの画面を開くときと同じように、顔や指紋、暗証番号でログインします。
method-passkey-needs = 必要なもの：顔認証・指紋認証・画面ロックを設定したスマートフォンまたはパソコン
method-totp-title = 認証アプリの確認コードでログイン
method-totp-text = スマートフォンの無料アプリに表示される6けたの数字を入力します。メールを待たずにログインできます。
method-totp-needs = 必要なもの：Google Authenticator、Microsoft Authenticator などの無料アプリ
method-mail-title = メールの確認コードでログイン
method-mail-text = ログインのたびに、メールで届く6けたの数字を入力します。新しいアプリはいりません。
method-mail-needs = 必要なもの：先ほど確認したメールアドレス
