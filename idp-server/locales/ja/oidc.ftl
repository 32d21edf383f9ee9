# アプリとのやりとり。
form-post-title = アプリに戻ります
form-post-lead = 自動で切り替わらないときは、次のボタンを押してください。
form-post-submit = アプリに戻る
refusal-explained-title = 開発者向けの説明
refusal-explained-parameter = パラメータ
refusal-explained-rule = 規則
refusal-explained-section = 規格
refusal-explained-found = 今回の内容
