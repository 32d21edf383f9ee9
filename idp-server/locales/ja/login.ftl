# ログインとログアウト。
login-title = ログイン
login-for-client = ログインすると「{ $client }」をご利用いただけます。
login-username = ユーザID
login-username-hint = 健康保険組合からのお知らせに書かれています。
login-password = パスワード
login-password-hint = はじめての方は、お知らせに書かれた初期パスワードを入力してください。
login-submit = ログインする
login-first-title = はじめてご利用になる方へ
login-first-text = 最初のログインでは、10分ほどの設定があります。次のものをご用意ください。
login-first-letter = 健康保険組合からのお知らせ（ユーザIDと初期パスワードが書かれたもの）
login-first-mail = メールを受け取れるスマートフォンまたはパソコン
login-first-phone = 認証アプリを使いたい方は、スマートフォン
login-stuck-title = ログインできないときは
login-stuck-id = ユーザIDとパスワードは、全角で入力しても、間にスペースが入ってもかまいません。大文字と小文字はご確認ください。
login-stuck-password = 以前からご利用の方も、パスワードが新しくなっていることがあります。お知らせをご確認ください。
login-stuck-letter = お知らせが見つからないときや、パスワードがわからないときは、健康保険組合へご連絡ください。新しいお知らせをお送りします。

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

locked-title = しばらくログインできません
locked-why = まちがった入力が続いたため、安全のために、ログインをしばらく止めています。
locked-until = { $until } から、もう一度お試しいただけます。
locked-minutes = （あと約{ $minutes }分）
locked-do-title = それまでにできること
locked-do-wait = このままお待ちください。何度も試す必要はありません。試しても、待ち時間が短くなることはありません。
locked-do-check = そのあいだに、お知らせを見て、ユーザIDとパスワードをご確認ください。
locked-do-not-me = 心あたりがないときや、お急ぎのときは、健康保険組合へご連絡ください。
locked-retry = もう一度ログインする

logout-title = ログアウトしますか
logout-lead = ログアウトすると、次にご利用になるときに、もう一度ログインが必要です。
logout-lead-client = 「{ $client }」からログアウトの求めがありました。ログアウトすると、次にご利用になるときに、もう一度ログインが必要です。
logout-confirm = ログアウトする
logout-cancel = ログアウトしない

signed-out-title = ログアウトしました
signed-out-lead = ご利用ありがとうございました。この画面は閉じてかまいません。
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
