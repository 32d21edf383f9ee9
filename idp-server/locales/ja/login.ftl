# ログインとログアウト。
login-title = ログイン
login-for-client = ログインすると「{ $client }」をご利用いただけます。
login-username = ユーザID
login-username-hint = 健康保険組合からのお知らせに書かれています。
login-password = パスワード
login-password-hint = はじめての方は、お知らせに書かれた初期パスワードを入力してください。
login-submit = ログインする
login-forgotten = パスワードやユーザIDをお忘れの方
login-first-title = はじめてご利用になる方へ
login-first-text = 最初のログインでは、10分ほどの設定があります。次のものをご用意ください。
login-first-letter = 健康保険組合からのお知らせ（ユーザIDと初期パスワードが書かれたもの）
login-first-mail = メールを受け取れるスマートフォンまたはパソコン
login-first-phone = 認証アプリを使いたい方は、スマートフォン
login-stuck-title = ログインできないときは
login-stuck-id = ユーザIDとパスワードは、全角で入力しても、間にスペースが入ってもかまいません。大文字と小文字はご確認ください。
login-stuck-password = 以前からご利用の方も、パスワードが新しくなっていることがあります。お知らせをご確認ください。
login-stuck-letter = パスワードがわからないときは「パスワードやユーザIDをお忘れの方」へお進みください。初期パスワードのお知らせが見つからないときは、健康保険組合へご連絡ください。

totp-code = 確認コード（6けたの数字）
totp-code-hint = アプリに表示されている数字です。30秒ごとに変わります。全角やスペース入りでもかまいません。
login-totp-title = 認証アプリの確認コード
login-totp-lead = 認証アプリを開き、表示されている6けたの数字を入力してください。
login-totp-lead-device = 「{ $device }」の認証アプリを開き、表示されている6けたの数字を入力してください。
login-totp-submit = ログインする
totp-stuck-title = うまくいかないときは
totp-stuck-new = 数字が変わるのを待って、新しい数字を入力してください。同じ数字は一度しか使えません。
totp-stuck-clock = スマートフォンの時計を「自動設定」にしてください。時計がずれていると、数字が合いません。
totp-stuck-lost = スマートフォンをなくしたときや買いかえたときは、健康保険組合へご連絡ください。

login-mail-title = メールの確認コード
login-mail-lead = ご本人であることを確かめるため、確認コードをメールで送りました。
login-mail-submit = ログインする

login-recovery-title = 予備コード
login-recovery-lead = スマートフォンがお手元にないときや、いつもの方法が使えないときは、保管してある予備コードを1つ入力してください。
recovery-code = 予備コード（16文字）
recovery-code-hint = 「7K3M-XW9A-42HP-TC8R」のような文字です。小文字や全角、スペース入りでもかまいません。
login-recovery-submit = ログインする
login-recovery-back = いつもの方法に戻る
login-recovery-stuck-title = 予備コードが使えないときは
login-recovery-stuck-once = 1つの予備コードは1回だけ使えます。使ったものには線を引いてください。
login-recovery-stuck-newest = 予備コードを作り直したときは、いちばん新しい紙のものだけが使えます。
login-recovery-stuck-lost = 予備コードが見つからないときは、健康保険組合へご連絡ください。設定し直すためのお知らせをお送りします。

fallback-link = メールの確認コードでログインする
fallback-title = メールの確認コードでログイン
fallback-lead = いつもの方法がいま使えないときは、代わりに、メールの確認コードでログインできます。
fallback-weaker = メールの確認コードは、いつもの方法より安全性が低くなります。この方法でログインしたことを、メールでお知らせします。一部のサービスや設定の変更は、ご利用になれません。
fallback-send = 確認コードをメールで送る

locked-title = しばらくログインできません
locked-why = まちがった入力が続いたため、安全のために、ログインをしばらく止めています。
locked-until = { $until } から、もう一度お試しいただけます。
locked-minutes = （あと約{ $minutes }分）
locked-do-title = それまでにできること
locked-do-wait = このままお待ちください。何度も試す必要はありません。試しても、待ち時間が短くなることはありません。
locked-do-check = そのあいだに、お知らせを見て、ユーザIDとパスワードをご確認ください。
locked-do-mail = メールですぐに解除する（メールアドレスを確認済みの方）
locked-do-letter = 健康保険組合から届いた新しいお知らせの初期パスワードは、いますぐ使えます。
locked-do-known = 前にログインしたことのあるスマートフォンやパソコンからは、ふだんどおりログインできます。
locked-do-not-me = 心あたりがないときや、お急ぎのときは、健康保険組合へご連絡ください。
locked-retry = もう一度ログインする

logout-title = ログアウトしますか
logout-lead = ログアウトすると、次にご利用になるときに、もう一度ログインが必要です。
logout-lead-client = 「{ $client }」からログアウトの求めがありました。ログアウトすると、次にご利用になるときに、もう一度ログインが必要です。
logout-confirm = ログアウトする
logout-cancel = ログアウトしない

signed-out-title = ログアウトしました
signed-out-lead = ご利用ありがとうございました。この画面は閉じてかまいません。
signed-out-going-on = ほかのサービスからもログアウトしています。自動で次の画面に進みます。
signed-out-continue = 次へ進む
signed-out-set-up = 続けて「{ $method }」の設定をお願いします。もう一度ログインすると、設定の画面が開きます。ユーザIDはこれまでと同じです。パスワードは、先ほど決めた新しいものを入力してください。
signed-out-sign-in = もう一度ログインして設定する
back-to-client = 「{ $client }」へ戻る
back-to-sign-in = もう一度ログインする
back-again = もう一度試す

home-methods = ログイン方法
home-sign-out = ログアウト

out-of-reach-title = より安全なログイン方法が必要です
out-of-reach-lead = このサービスを使うには、今お使いの方法より安全なログイン方法が必要です。
out-of-reach-lead-client = { $client }を使うには、今お使いの方法より安全なログイン方法が必要です。
out-of-reach-do = 「アカウント」のページで、認証アプリなど別のログイン方法を設定してから、もう一度サービスを開いてください。
out-of-reach-return = サービスに戻る

forgotten-title = パスワードをお忘れの方
forgotten-lead = 確認済みのメールアドレスに、新しいパスワードを決めるためのメールを送ります。
forgotten-submit = メールを送る
forgotten-id-link = ユーザIDもわからない方
forgotten-other-title = メールを受け取れないときは
forgotten-other-none = 初回ログインが済んでいない方と、メールアドレスを確認していない方には、メールをお送りできません。お知らせの初期パスワードでログインしてください。
forgotten-other-letter = お知らせが見つからないときや、メールアドレスが変わったときは、健康保険組合へご連絡ください。新しいお知らせをお送りします。
forgotten-back = ログインの画面に戻る
forgotten-sent-title = メールをご確認ください
forgotten-sent-lead = 入力されたユーザIDに確認済みのメールアドレスがあるときは、いまメールを送りました。メールに答えると、この画面で新しいパスワードを決められます。
unlock-sent-lead = 入力されたユーザIDに確認済みのメールアドレスがあるときは、いまメールを送りました。メールに答えると、この画面からもう一度ログインできます。
forgotten-sent-link-text = メールのリンクは、スマートフォンなど別の端末で開いてもかまいません。送信から{ $minutes }分間使えます。
forgotten-number = この画面の照合番号
forgotten-none-id = ユーザIDにまちがいがあると、メールは届きません。お知らせを見てご確認ください。
forgotten-none-mail = 確認済みのメールアドレスがない方には、メールをお送りできません。お知らせの初期パスワードでログインするか、健康保険組合へご連絡ください。
unlock-title = メールで解除する
unlock-lead = 確認済みのメールアドレスにメールを送ります。メールに答えると、すぐにもう一度ログインできます。
forgotten-id-title = ユーザIDをお忘れの方
forgotten-id-lead = 確認済みのメールアドレスを入力してください。ユーザIDをそのアドレスへお知らせします。
forgotten-id-mail = メールアドレス
forgotten-id-mail-hint = 初回ログインのときに確認したメールアドレスです。
forgotten-id-sent = このメールアドレスが確認済みのときは、ユーザIDをメールでお知らせしました。メールをご確認ください。
forgotten-id-none = メールが届かないときは、ほかのメールアドレスで登録されているか、まだ確認が済んでいません。

rescue-password-title = パスワードの再設定
rescue-password-ask = パスワードを決め直す手続きを、続けてよろしいですか。
rescue-unlock-title = ログインの再開
rescue-unlock-ask = ログインの停止を、解除してよろしいですか。
rescue-number = 手続き中の画面の照合番号
rescue-asked-at = 手続きが始まった日時
rescue-asked-from = 手続き中の端末
rescue-warning = ご自分で手続きを始めていないときや、手続き中の画面の番号がこの番号と違うときは、「続ける」を押さないでください。ほかの人があなたになりすますおそれがあります。
rescue-submit = 番号は同じです。続ける
rescue-not-me-hint = ご自分でないときは、次のボタンで手続きを止められます。
rescue-not-me = 自分ではないので止める
rescue-done-title = 確認しました
rescue-done-other = 手続き中の画面に戻ってください。画面は自動で次に進みます。
