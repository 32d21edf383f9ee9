# アプリへの情報の提供。
consent-title = 情報の提供の確認
consent-lead = 「{ $client }」が、次のことを求めています。許可してよいかご確認ください。
consent-known = すでに許可していただいたもの
consent-allow = 許可する
consent-deny = 許可しない
consent-deny-means = 許可しない場合、「{ $client }」へは何も提供されません。
consent-later = 許可は、あとからアカウントのページで取り消せます。
consent-scope-openid = あなたのログインを確認すること（あなたを見分けるための番号が渡されます）
consent-scope-profile = お名前（漢字とフリガナ）、ユーザID、生年月日、ご利用の言語を知ること
consent-scope-email = メールアドレスを知ること
consent-scope-address = ご住所を知ること
consent-scope-phone = 電話番号を知ること
consent-scope-offline_access = あなたがログインしていないあいだも、許可した情報を確認すること
client-policy = 「{ $client }」の個人情報の取り扱い（新しいタブで開きます）
client-terms = 「{ $client }」の利用規約（新しいタブで開きます）
