# 初回ログイン。
birth-date-title = 生年月日の確認
birth-date-why = ご本人であることを確かめるために、生年月日をお聞きします。ほかの目的には使いません。
birth-date-label = 生年月日
birth-date-hint = 書き方は自由です。例：昭和55年1月1日、S55.1.1、1980年1月1日、19800101
birth-date-read-before = 読み取った日付：
birth-date-remaining = あと{ $remaining }回まちがえると、安全のため、お知らせの初期パスワードが使えなくなります。ご不安なときは、先に健康保険組合へお電話ください。

terms-title = 利用規約の確認
terms-lead = 利用規約をお読みください。同意いただくと、次へ進みます。
terms-lead-changed = 利用規約が新しくなりました。お読みのうえ、同意いただくと、次へ進みます。
terms-in-force = { $day }から有効
terms-accept = 同意する
terms-decline = 同意しない
terms-decline-means = 同意しないときは、サービスをご利用になれません。あとでもう一度ログインして、同意することもできます。

mail-title = メールアドレスの確認
mail-lead-unknown = ログインのときや大切なお知らせをお届けするときに使う、メールアドレスを入力してください。
mail-lead-known = 健康保険組合には、次のメールアドレスが登録されています。このままでよければ、そのまま次へ進んでください。
mail-lead-fixed = ご本人であることを確かめるため、健康保険組合に登録されているメールアドレスへ確認メールを送ります。
mail-label = メールアドレス
mail-hint = 例：hanako@example.jp　いつもご覧になるアドレスをおすすめします。
mail-hint-known = ほかのアドレスを使いたいときは、書きかえてください。
mail-hint-fixed = このアドレスは、この画面では変更できません。使えなくなっているときは、健康保険組合へご連絡ください。
mail-submit = 確認メールを送る
mail-use = メールアドレスは、本人確認と、パスワードの変更などの大切なお知らせにだけ使います。

mail-sent-title = 確認メールを送りました
mail-sent-lead = 届いたメールを開いて、次のどちらかの方法で確認してください。
mail-sent-link-title = 方法1　メールのリンクを開く
mail-sent-link-text = メールに書かれたリンクを開き、「確認する」を押してください。ほかのスマートフォンやパソコンで開いてもかまいません。リンクは{ $hours }時間使えます。
mail-sent-waiting = 確認が済むと、この画面は自動で次へ進みます。
mail-refresh = 確認が済んだので次へ進む
mail-sent-code-title = 方法2　確認コードを入力する
mail-code-submit = 確認コードを送信する
mail-sent-none-title = メールが届かないとき
mail-change = 別のメールアドレスに変える

verify-title = メールアドレスの確認
verify-lead = { $society }へのログインに、次のメールアドレスを使うことを確認します。
verify-address = メールアドレス
verify-submit = 確認する
verify-not-me-hint = ご自分で手続きをした覚えがないときは、次のボタンを押してください。このメールは無効になります。
verify-not-me = 手続きをした覚えがない
verify-done-title = メールアドレスを確認しました
verify-done-other = はじめに手続きをしていた画面へお戻りください。自動で次へ進みます。
verify-done-close = 進まないときは、その画面の「確認が済んだので次へ進む」を押してください。この画面は閉じてかまいません。
verify-done-here = 続けて、残りの手順へお進みください。
verify-expired-title = このリンクは使えません
verify-expired-text = リンクの期限が過ぎたか、すでに使われたか、新しいメールが送られています。登録の内容は変わっていません。
verify-expired-newest = 何度かメールが届いているときは、いちばん新しいメールのリンクを開いてください。
verify-expired-resend = 新しいメールが必要なときは、もう一度ログインして「メールをもう一度送る」を押してください。
verify-not-me-title = お知らせいただき、ありがとうございました
verify-not-me-text = このメールのリンクと確認コードを無効にしました。このメールアドレスは登録されません。
verify-not-me-help = ほかの方がアドレスを書きまちがえたものと思われます。同じメールが何度も届くときは、健康保険組合へご連絡ください。

method-title = ログイン方法の選択
method-lead = 次回からは、パスワードに加えて、もうひとつの方法でご本人を確認します。お使いになりたい方法を選んでください。
method-legend = ログイン方法
method-recommended = おすすめ
method-submit = この方法に決める
method-later = 設定は、このあとの画面でご案内します。

password-title = 新しいパスワード
password-lead = 次回から使うパスワードを決めてください。これまでのパスワード（お知らせの初期パスワードなど）は、このあと使えなくなります。
password-rules-title = パスワードの決まり
password-rule-length = { $minimum }文字以上
password-rule-composition = 英大文字、英小文字、数字、記号のうち3種類以上を使う
password-rule-context = ユーザID、お名前、生年月日、メールアドレス、初期パスワードを使わない
password-rule-common = 「password1234」のような、よく使われるものにしない
password-rule-met = 満たしています
password-tip = 関係のない言葉を3つ4つ並べると、覚えやすく、見破られにくくなります。例：みかん 電車 富士山 金曜日（この例は使わないでください）
password-new = 新しいパスワード
password-confirm = 新しいパスワード（もう一度）
password-confirm-hint = 確認のため、同じものを入力してください。
password-same = 2つは同じです。
password-different = 2つはまだ同じではありません。
password-submit = このパスワードに決める

complete-title = 初回ログインが完了しました
complete-lead-sign-out = 続けて、選んでいただいた「{ $method }」を設定します。あと5分ほどです。
complete-plan-sign-out = 下のボタンで、いったんログアウトします。
complete-plan-sign-in = ユーザIDと新しいパスワードで、もう一度ログインします。
complete-plan-set-up = 画面の案内にそって設定すると、サービスをご利用いただけます。
complete-warning = 設定が終わるまで、サービスはご利用いただけません。続けて設定をお願いします。
complete-sign-out = ログアウトして、設定に進む
complete-lead-continue = 続けて、選んでいただいた「{ $method }」を設定します。
complete-lead-plain = これで準備が整いました。
