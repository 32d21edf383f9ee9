# パスキー（画面では「顔・指紋・画面ロックでログイン」）。
enrol-passkey-title = 顔・指紋・画面ロックの設定
enrol-passkey-lead = ボタンを押すと、ふだん画面を開くときと同じ確認が出ます。確認できたら設定は終わりです。顔や指紋の情報が、この端末から外へ出ることはありません。
enrol-passkey-submit = この端末で設定する
enrol-passkey-other = ほかの方法を選ぶ
enrol-passkey-how-title = うまくいかないときは
enrol-passkey-how-lock = 端末に画面ロック（暗証番号や指紋など）がないと使えません。先に端末の「設定」で画面ロックを設定してください。
enrol-passkey-how-phone = スマートフォンを使うときは、出てきた画面で「スマートフォン」や「別の端末」を選び、QRコードを読み取ってください。両方の Bluetooth を入れておいてください。
enrol-passkey-how-safe = この設定は「パスキー」と呼ばれる国際規格のしくみです。

offer-passkey-title = 次回から、この端末だけでログインできます
offer-passkey-lead = スマートフォンなどでログインできました。この端末にも設定しておくと、次からは顔や指紋、暗証番号ですぐにログインできます。みんなで使う端末では、設定しないでください。
offer-passkey-other = 設定しないで進む

phone-title = このスマートフォンの追加
phone-ask = パソコンなどに表示したQRコードを読み取りました。このスマートフォンでログインできるようにしますか。
phone-ask-warning = ご自分で表示したQRコードのときだけ、続けてください。人から送られてきたQRコードやリンクのときは、この画面を閉じてください。
phone-ask-submit = このスマートフォンを追加する
phone-wait = QRコードを表示した画面で、番号が同じことを確かめて「はい」を押してください。
phone-number = このスマートフォンの番号
phone-waiting = 確認を待っています。この画面は自動で次に進みます。
phone-create = ボタンを押すと、ふだん画面を開くときと同じ確認が出ます。確認できたら、このスマートフォンでログインできるようになります。
phone-app = 顔・指紋・画面ロックの代わりに認証アプリを使う
phone-passkey = 認証アプリの代わりに顔・指紋・画面ロックを使う（おすすめ）
phone-app-get = このスマートフォンに Google Authenticator または Microsoft Authenticator を入れてください。どちらも無料です。
phone-app-title = アプリに登録する
phone-app-text = ボタンを押すとアプリが開きます。「追加」や「登録」の確認が出たら、進んでください。
phone-app-cannot-open = アプリが開きませんか？
phone-done-title = このスマートフォンを追加しました
phone-done = これからは、いま設定した方法で、このスマートフォンからログインできます。
phone-sign-in = ログインする
phone-over-title = このQRコードは使えません
phone-over = 時間がたったか、使い終わったか、取りやめられています。お手数ですが、QRコードを表示した画面で、もう一度はじめからお試しください。

login-passkey-title = 顔・指紋・画面ロックでログイン
login-passkey-lead = ボタンを押して、ふだん画面を開くときと同じように、顔や指紋、暗証番号で確認してください。
login-passkey-about = 設定が済んでいる方は、ユーザIDもパスワードも入力せずにログインできます。
login-passkey-submit = 顔・指紋・画面ロックでログインする
passkey-waiting = 端末の画面の案内に従ってください。
passkey-needs-script = この方法を使うには、ブラウザーの JavaScript を有効にしてください。有効にできないときは、ほかの方法をお選びください。
passkey-stuck-title = うまくいかないときは
passkey-stuck-phone = スマートフォンで設定した方は、出てきた画面で「スマートフォン」や「別の端末」を選び、QRコードを読み取ってください。両方の Bluetooth を入れておいてください。
passkey-stuck-device = 設定したときと同じ端末、または同じ Apple アカウントや Google アカウントの端末をお使いください。
passkey-stuck-lost = 端末をなくしたときや買いかえたときは、健康保険組合へご連絡ください。

method-advice = 迷ったときは「{ $method }」がおすすめです。
method-advice-able = お使いの端末では「顔・指紋・画面ロックでログイン」が使えます。いちばん簡単で安全な方法なので、迷ったときはこれをお選びください。
method-advice-unable = お使いの端末では「顔・指紋・画面ロックでログイン」は使えないようです。迷ったときは「{ $method }」がおすすめです。
