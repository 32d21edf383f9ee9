# Words common to all pages.
skip-to-main = Skip to the main content
language-nav = Language
step-of = Step { $step } of { $of }
go-on = Continue
copy = Copy
copied = Copied
other-method = Sign in another way
help-title = Need help?
help-no-line = Please contact { $society }.
time-limit = { $minutes ->
    [one] This page waits 1 minute for your answer. After that, please sign in again.
   *[other] This page waits { $minutes } minutes for your answer. After that, please sign in again.
  }
journey-kept = You can close this page at any time. Sign in again and you will continue where you left off.

next-birth-date = Next: we check your date of birth.
next-terms = Next: you read the terms of use.
next-mail = Next: we check your email address.
next-method = Next: you choose a way to sign in.
next-password = Next: you choose a new password.
next-enrol = Next: you set up the way to sign in that you chose.
next-complete = Next: your first sign-in is complete.
next-application = Next: you go on to your service.

notice-sent-again = We sent the email again. Please use the newest one. The link and code in older emails no longer work.
notice-not-yet-verified = Your email address is not confirmed yet. Open the link in the email we sent, or enter the code from it.
notice-mail-verified = Your email address is confirmed.
notice-resumed = You are continuing where you left off.
notice-method-enrolled = Your way to sign in is set up.
notice-password-changed = Your password was changed.
notice-sign-in-again = For your security, please sign in again.
notice-method-renamed = The name was changed.
notice-method-removed = It was removed. You can no longer sign in with it.
notice-mail-changed = Your email address was changed.
notice-signed-out-there = That device is signed out.
notice-signed-out-elsewhere = All other devices are signed out.
notice-browser-forgotten = From now on the second check is made on that device again.
notice-application-revoked = What the service could use is revoked.
notice-request-allowed = Allowed. The service goes on by itself in a few seconds.
notice-request-denied = Not allowed. The service was given nothing.
notice-not-yet-answered = The email has not been answered yet. Please open the link in it, or enter the code.
notice-recovery-codes-kept = Your new recovery codes are in force. Earlier ones no longer work.
notice-unlocked = You can sign in again. Please enter your user ID and password.
notice-stayed-signed-in = You are still signed in.

password-show = Show
password-hide = Hide
password-shown = Your password is shown
password-hidden = Your password is hidden

mail-code = Code (6 digits)
mail-code-hint = { $minutes ->
    [one] The digits in the email. They work for 1 minute after sending. Spaces are fine.
   *[other] The digits in the email. They work for { $minutes } minutes after sending. Spaces are fine.
  }
mail-sent-to = Sent to
resend-wait = { $seconds ->
    [one] You can send it again in about 1 second.
   *[other] You can send it again in about { $seconds } seconds.
  }
resend-wait-live = You can send it again in # seconds.
resend-ready = If no email arrives, you can send it again.
resend-submit = Send the email again
no-mail-title = What to check if no email arrives
no-mail-wait = It can take a few minutes.
no-mail-spam = Please also look in your spam or junk folder.
no-mail-carrier = If your mobile carrier blocks some emails, allow emails sent from computers.
no-mail-newest = If you asked for several emails, only the newest one works.

method-passkey-title = Sign in with your face, fingerprint or screen lock
method-passkey-text = You sign in the way you unlock your phone or computer: with your face, your fingerprint or your PIN.
method-passkey-needs = You need: a phone or computer with face, fingerprint or screen lock set up
method-totp-title = Sign in with a code from an authenticator app
method-totp-text = You enter the 6 digits that a free app on your phone shows. You do not have to wait for an email.
method-totp-needs = You need: a free app such as Google Authenticator or Microsoft Authenticator
method-mail-title = Sign in with a code by email
method-mail-text = Each time you sign in, you enter 6 digits that we send you by email. No new app is needed.
method-mail-needs = You need: the email address you just confirmed
