# Signing in and signing out.
login-title = Sign in
login-for-client = Sign in to use { $client }.
login-username = User ID
login-username-hint = It is printed in the letter from your health insurance society.
login-password = Password
login-password-hint = First time here? Enter the initial password printed in your letter.
login-submit = Sign in
login-forgotten = Forgot your password or user ID?
login-first-title = Is this your first time?
login-first-text = The first sign-in takes about 10 minutes to set up. Please have these ready.
login-first-letter = The letter from your health insurance society with your user ID and initial password
login-first-mail = A phone or computer on which you can read your email
login-first-phone = Your phone, if you would like to use an authenticator app
login-stuck-title = Trouble signing in?
login-stuck-id = Full-width characters and spaces are fine. Please check capital and small letters.
login-stuck-password = Even if you have used this before, your password may have been reset. Please check your letter.
login-stuck-letter = If you do not know your password, use “Forgot your password or user ID?”. If you cannot find the letter with the initial password, please contact your health insurance society.

totp-code = Code (6 digits)
totp-code-hint = The digits your app shows now. They change every 30 seconds. Spaces are fine.
login-totp-title = Code from your authenticator app
login-totp-lead = Open your authenticator app and enter the 6 digits it shows.
login-totp-lead-device = Open the authenticator app on “{ $device }” and enter the 6 digits it shows.
login-totp-submit = Sign in
totp-stuck-title = If the code does not work
totp-stuck-new = Wait until the digits change and enter the new ones. Each code works only once.
totp-stuck-clock = Set the clock of your phone to automatic. If the clock is wrong, the digits do not match.
totp-stuck-lost = If you lost or replaced your phone, please contact your health insurance society.

login-mail-title = Code by email
login-mail-lead = To make sure that it is you, we sent you a code by email.
login-mail-submit = Sign in

login-recovery-title = Recovery code
login-recovery-lead = If you do not have your phone, or your usual way does not work, enter one of the recovery codes you kept.
recovery-code = Recovery code (16 characters)
recovery-code-hint = It looks like “7K3M-XW9A-42HP-TC8R”. Small letters and spaces are fine.
login-recovery-submit = Sign in
login-recovery-back = Back to the usual way
login-recovery-stuck-title = If the code does not work
login-recovery-stuck-once = Each recovery code works only once. Strike out those you have used.
login-recovery-stuck-newest = If you made new recovery codes, only the newest list works.
login-recovery-stuck-lost = If you cannot find your recovery codes, please contact your health insurance society. They will send you a letter to set up a new way to sign in.

fallback-link = Sign in with a code by email
fallback-title = Sign in with a code by email
fallback-lead = If you cannot use your usual way right now, you can sign in with a code by email instead.
fallback-weaker = A code by email is less secure than your usual way. We tell you by email that it was used. Some services and settings are not available this way.
fallback-send = Send the code by email

locked-title = You cannot sign in for a while
locked-why = There were several wrong entries, so we have paused sign-in to keep the account safe.
locked-until = You can try again from { $until }.
locked-minutes = { $minutes ->
    [one] (in about 1 minute)
   *[other] (in about { $minutes } minutes)
  }
locked-do-title = What you can do until then
locked-do-wait = Just wait. There is no need to keep trying, and trying does not shorten the wait.
locked-do-check = Meanwhile, check your user ID and password in the letter.
locked-do-mail = Unlock at once by email (if your email address is confirmed)
locked-do-letter = The initial password of a new letter from your society works right away.
locked-do-known = On a phone or computer where you have signed in before, you can sign in as usual.
locked-do-not-me = If this was not you, or if it is urgent, please contact your health insurance society.
locked-retry = Sign in again

logout-title = Do you want to sign out?
logout-lead = After signing out, you need to sign in again the next time you use your services.
logout-lead-client = { $client } asked to sign you out. After signing out, you need to sign in again the next time you use your services.
logout-confirm = Sign out
logout-cancel = Stay signed in

signed-out-title = You are signed out
signed-out-lead = Thank you. You can close this page.
signed-out-going-on = You are being signed out of other services as well. The next page opens by itself.
signed-out-continue = Continue
signed-out-set-up = Please go on and set up “{ $method }”. Sign in again and the set-up page opens. Your user ID is the same as before; use the new password you have just chosen.
signed-out-sign-in = Sign in again and set it up
back-to-client = Back to { $client }
back-to-sign-in = Sign in again
back-again = Try again

home-methods = Ways to sign in
home-sign-out = Sign out

out-of-reach-title = A stronger way to sign in is needed
out-of-reach-lead = This service asks for a stronger way to sign in than you have set up.
out-of-reach-lead-client = { $client } asks for a stronger way to sign in than you have set up.
out-of-reach-do = Set up another way to sign in on the page “Your account”, for example an authenticator app. Then open the service again.
out-of-reach-return = Back to the service

forgotten-title = Forgot your password?
forgotten-lead = We send an email to your confirmed address, so that you can choose a new password.
forgotten-submit = Send the email
forgotten-id-link = I do not know my user ID either
forgotten-other-title = If you cannot get the email
forgotten-other-none = If you have not finished your first sign-in or have not confirmed an email address, we cannot send you an email. Please sign in with the initial password in your letter.
forgotten-other-letter = If you cannot find the letter, or your email address has changed, please contact your health insurance society. They will send you a new letter.
forgotten-back = Back to sign-in
forgotten-sent-title = Check your email
forgotten-sent-lead = If this user ID has a confirmed email address, we have just sent an email. Once you answer it, you can choose a new password on this page.
unlock-sent-lead = If this user ID has a confirmed email address, we have just sent an email. Once you answer it, you can sign in again from this page.
forgotten-sent-link-text = { $minutes ->
    [one] You can open the link on another device, such as your phone. It works for 1 minute after sending.
   *[other] You can open the link on another device, such as your phone. It works for { $minutes } minutes after sending.
  }
forgotten-number = Number of this page
forgotten-none-id = If there is a slip in the user ID, no email arrives. Please check your letter.
forgotten-none-mail = If you have no confirmed email address, we cannot send you an email. Please sign in with the initial password in your letter, or contact your health insurance society.
unlock-title = Unlock by email
unlock-lead = We send an email to your confirmed address. Once you answer it, you can sign in again right away.
forgotten-id-title = Forgot your user ID?
forgotten-id-lead = Enter your confirmed email address. We send your user ID to it.
forgotten-id-mail = Email address
forgotten-id-mail-hint = The address you confirmed during your first sign-in.
forgotten-id-sent = If this address is confirmed, we have sent your user ID to it. Please check your email.
forgotten-id-none = If no email arrives, you are registered with another address or have not confirmed it yet.

rescue-password-title = Choose a new password
rescue-password-ask = Do you want to go on and choose a new password?
rescue-unlock-title = Unlock sign-in
rescue-unlock-ask = Do you want to unlock your sign-in?
rescue-number = Number on the page where this was started
rescue-asked-at = Started at
rescue-asked-from = Started on
rescue-warning = If you did not start this yourself, or the page where you started shows another number, do not go on. Someone may be trying to sign in as you.
rescue-submit = The number is the same. Go on
rescue-not-me-hint = If this was not you, stop it with the next button.
rescue-not-me = This was not me. Stop it
rescue-done-title = Confirmed
rescue-done-other = Please go back to the page where you started. It moves on by itself.
