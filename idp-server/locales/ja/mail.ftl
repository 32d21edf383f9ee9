# メール。
mail-help = お問い合わせ：{ $line } { $hours }
mail-automatic = このメールは自動で送っています。ご返信いただいても、お答えできません。
mail-code-label = 確認コード
mail-code-lifetime = この確認コードは、送信から{ $minutes }分間使えます。ほかの人には教えないでください。職員がお聞きすることもありません。
mail-link-lifetime = このリンクは、送信から{ $hours }時間使えます。

mail-verify-subject = 【{ $society }】メールアドレスの確認
mail-verify-lead =
    { $society }です。
    初回ログインの手続きで、このメールアドレスが入力されました。
    次のリンクを開いて「確認する」を押すか、手続き中の画面に確認コードを入力してください。
mail-verify-link = メールアドレスを確認する
mail-verify-tail =
    お心あたりがないときは、このメールを削除してください。何も登録されません。

mail-sign-in-subject = 【{ $society }】ログインの確認コード
mail-sign-in-lead =
    { $society }です。
    ログインのための確認コードをお知らせします。ログイン中の画面に入力してください。
mail-sign-in-tail =
    お心あたりがないときは、ほかの人があなたのパスワードを知っているおそれがあります。確認コードはだれにも教えず、{ $society }へご連絡ください。

mail-enrol-subject = 【{ $society }】ログイン方法を設定するための確認コード
mail-enrol-lead =
    { $society }です。
    ログイン方法を設定するための確認コードをお知らせします。設定中の画面に入力してください。
mail-enrol-tail =
    お心あたりがないときは、確認コードをだれにも教えず、{ $society }へご連絡ください。

mail-password-changed-subject = 【{ $society }】パスワードが変更されました
mail-password-changed-lead =
    { $society }です。
    { $at }に、ログインのパスワードが変更されました。
mail-password-changed-tail =
    ご自分で変更したときは、何もする必要はありません。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-address-changed-subject = 【{ $society }】メールアドレスが変更されました
mail-address-changed-lead =
    { $society }です。
    { $at }に、登録のメールアドレスが { $address } に変更されました。今後のお知らせは、新しいアドレスにお送りします。
mail-address-changed-tail =
    ご自分で変更したときは、何もする必要はありません。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-passkey-refused-subject = 【{ $society }】ログインを止めました
mail-passkey-refused-lead =
    { $society }です。
    { $at }に、「{ $name }」の登録を使ったログインがありましたが、写しが作られた疑いがあるため止めました。ログインはされていません。
mail-passkey-refused-tail =
    ほかの方法でログインし、「{ $name }」を削除してください。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-method-added-subject = 【{ $society }】ログイン方法が設定されました
mail-method-added-lead =
    { $society }です。
    { $at }に、「{ $method }」が設定されました。
mail-method-added-tail =
    ご自分で設定したときは、何もする必要はありません。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-method-removed-subject = 【{ $society }】ログイン方法が削除されました
mail-method-removed-lead =
    { $society }です。
    { $at }に、「{ $method }」が削除されました。
mail-method-removed-tail =
    ご自分で削除したときは、何もする必要はありません。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-locked-subject = 【{ $society }】ログインを一時的に止めています
mail-locked-lead =
    { $society }です。
    まちがったパスワードが続けて入力されたため、安全のため、{ $until }までログインを止めています。ログインはされていません。
mail-locked-tail =
    ご自分で入力したときは、時間をおいてもう一度お試しください。
    お心あたりがないときは、{ $society }へご連絡ください。

mail-change-subject = 【{ $society }】新しいメールアドレスの確認
mail-change-lead =
    { $society }です。
    アカウントのページで、このメールアドレスが新しいメールアドレスとして入力されました。
    リンクを開いて「確認する」を押すか、画面に確認コードを入力してください。
mail-change-tail =
    心あたりがないときは、このメールを削除してください。何も変更されません。

mail-method-renamed-subject = 【{ $society }】ログイン方法の名前が変わりました
mail-method-renamed-lead =
    { $society }です。
    { $at } に「{ $method }」の名前が変わりました。
mail-method-renamed-tail =
    ご自身で変えた場合は、何もする必要はありません。
    心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-recovery-made-subject = 【{ $society }】予備コードを作りました
mail-recovery-made-lead =
    { $society }です。
    { $at }に、新しい予備コードを作りました。前の予備コードは使えなくなりました。
mail-recovery-made-tail =
    ご自分で作ったときは、何もする必要はありません。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-recovery-used-subject = 【{ $society }】予備コードでログインしました
mail-recovery-used-lead =
    { $society }です。
    { $at }に、予備コードが1つ使われました。残りは{ $left }個です。
mail-recovery-used-tail =
    残りが少ないときは、「アカウント」の画面から作り直せます。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-link-lifetime-minutes = このリンクは、送信から{ $minutes }分間使えます。

mail-reset-subject = 【{ $society }】パスワードの再設定
mail-reset-lead =
    { $society }です。
    パスワードを決め直す手続きを受け付けました。
    手続き中の画面に確認コードを入力するか、次のリンクを開いて、照合番号を確かめてください。
mail-reset-link = パスワードの再設定を続ける
mail-reset-tail =
    お心あたりがないときは、リンクを開かず、確認コードをだれにも教えないでください。パスワードは変わりません。

mail-unlock-subject = 【{ $society }】ログインの再開
mail-unlock-lead =
    { $society }です。
    止まっているログインを再開する手続きを受け付けました。
    手続き中の画面に確認コードを入力するか、次のリンクを開いて、照合番号を確かめてください。
mail-unlock-link = ログインの再開を続ける
mail-unlock-tail =
    お心あたりがないときは、リンクを開かず、確認コードをだれにも教えないでください。

mail-user-ids-subject = 【{ $society }】ユーザIDのお知らせ
mail-user-ids-lead =
    { $society }です。
    このメールアドレスで確認済みのユーザIDをお知らせします。
    { $user_ids }
mail-user-ids-tail =
    お心あたりがないときは、このメールを削除してください。何も変更されません。

mail-methods-replaced-subject = 【{ $society }】ログイン方法を設定し直します
mail-methods-replaced-lead =
    { $society }です。
    { $at }に、お知らせの初期パスワードとメールで確認が済み、これまでのログイン方法と予備コードを終わりにしました。次に、新しいログイン方法を設定します。
mail-methods-replaced-tail =
    ご自分で手続きしたときは、そのまま設定を続けてください。
    お心あたりがないときは、すぐに{ $society }へご連絡ください。

mail-answer-subject = 【{ $society }】サービスから確認の依頼が届いています
mail-answer-lead =
    { $society }です。
    「{ $client }」が、ご本人の確認を求めています。次のリンクからログインして、依頼の内容を確かめ、許可するかどうかをお選びください。
mail-answer-link = 依頼を確かめる
mail-answer-until = { $until }まで回答できます。
mail-answer-tail =
    お心あたりがないときは、「許可しない」を押すか、このメールを削除してください。回答がなければ、何も渡されません。

mail-fallback-subject = 【{ $society }】メールの確認コードでログインしました
mail-fallback-lead =
    { $society }です。
    { $at }に、いつもの方法の代わりに、メールの確認コードでログインしました。
mail-fallback-tail =
    ご自分でログインしたときは、何もする必要はありません。
    お心あたりがないときは、ほかの人がパスワードを知っています。すぐに{ $society }へご連絡ください。
