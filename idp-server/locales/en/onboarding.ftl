# The first login.
birth-date-title = Your date of birth
birth-date-why = We ask for your date of birth to make sure that it is you. We use it for nothing else.
birth-date-label = Date of birth
birth-date-hint = Write it in any way you like, for example 1 January 1980, 1980-01-01, 19800101, 昭和55年1月1日 or S55.1.1
birth-date-read-before = We read this as:{" "}
birth-date-remaining = { $remaining ->
    [one] After 1 more wrong try, the initial password in your letter stops working, to keep your account safe. If you are unsure, please call your health insurance society first.
   *[other] After { $remaining } more wrong tries, the initial password in your letter stops working, to keep your account safe. If you are unsure, please call your health insurance society first.
  }

terms-title = Terms of use
terms-heading = The terms
terms-lead = Please read the terms of use. Agree to them to go on.
terms-lead-changed = The terms of use have changed. Please read them and agree to go on.
terms-in-force = In force since { $day }
terms-accept = I agree
terms-decline = I do not agree
terms-decline-means = If you do not agree, you cannot use the service. You can sign in again later and agree then.

mail-title = Your email address
mail-lead-unknown = Please enter an email address. We use it when you sign in and to send you important notices.
mail-lead-known = Your health insurance society has this email address for you. If it is right, just continue.
mail-lead-fixed = To make sure that it is you, we will send an email to the address your health insurance society has for you.
mail-label = Email address
mail-hint = For example hanako@example.jp. Please use an address you read often.
mail-hint-known = To use another address, change it here.
mail-hint-fixed = This address cannot be changed here. If you no longer use it, please contact your health insurance society.
mail-submit = Send the email
mail-use = We use your email address only to make sure that it is you and for important notices, such as a change of your password.

mail-sent-title = We sent you an email
mail-sent-lead = Open the email and confirm your address in one of these two ways.
mail-sent-link-title = Way 1: open the link in the email
mail-sent-link-text = { $hours ->
    [one] Open the link in the email and press “Confirm”. Any phone or computer will do. The link works for 1 hour.
   *[other] Open the link in the email and press “Confirm”. Any phone or computer will do. The link works for { $hours } hours.
  }
mail-sent-waiting = Once you have confirmed, this page moves on by itself.
mail-refresh = I have confirmed, continue
mail-sent-code-title = Way 2: enter the code
mail-code-submit = Check the code
mail-sent-none-title = No email?
mail-change = Use another email address

verify-title = Confirm your email address
verify-lead = Please confirm that you want to use this email address to sign in to { $society }.
verify-address = Email address
verify-submit = Confirm
verify-not-me-hint = If you did not ask for this, press the next button. The email will stop working.
verify-not-me = I did not ask for this
verify-done-title = Your email address is confirmed
verify-done-other = Please go back to the page where you started. It moves on by itself.
verify-done-close = If it does not, press “I have confirmed, continue” there. You can close this page.
verify-done-here = Please go on with the remaining steps.
verify-expired-title = This link does not work
verify-expired-text = It is too old, was already used, or was replaced by a newer email. Nothing has been changed.
verify-expired-newest = If you have several of these emails, open the link in the newest one.
verify-expired-resend = If you need a new email, sign in again and press “Send the email again”.
verify-not-me-title = Thank you for telling us
verify-not-me-text = The link and the code in this email no longer work. This email address will not be registered.
verify-not-me-help = Someone probably mistyped their address. If you keep getting these emails, please contact the health insurance society.

method-title = Choose a way to sign in
method-lead = From next time, we check one more thing besides your password to make sure that it is you. Choose the way you like best.
method-legend = Ways to sign in
method-recommended = Recommended
method-submit = Use this way
method-later = We will guide you through the set-up afterwards.

password-title = Choose a new password
password-lead = You will sign in with this password from now on. The one you used so far, such as the initial password in your letter, will stop working.
password-rules-title = Your password needs
password-rule-length = At least { $minimum } characters
password-rule-composition = At least three of: capital letters, small letters, digits, symbols
password-rule-context = No user ID, name, date of birth, email address or initial password in it
password-rule-common = To be none of the common ones, like “password1234”
password-rule-met = done
password-tip = Three or four unrelated words in a row are easy to remember and hard to guess. For example: orange train mountain friday (please do not use this one)
password-new = New password
password-confirm = New password again
password-confirm-hint = Please type the same password once more.
password-same = The two are the same.
password-different = The two are not the same yet.
password-submit = Use this password

complete-title = Your first sign-in is complete
complete-lead-sign-out = Next, you set up the way you chose: “{ $method }”. It takes about 5 more minutes.
complete-plan-sign-out = Sign out with the button below.
complete-plan-sign-in = Sign in again with your user ID and your new password.
complete-plan-set-up = Follow the page to set it up. After that, you can use your service.
complete-warning = You cannot use your service until this is set up. Please continue right away.
complete-sign-out = Sign out and continue the set-up
complete-lead-continue = Next, you set up the way you chose: “{ $method }”.
complete-lead-plain = Everything is ready.
