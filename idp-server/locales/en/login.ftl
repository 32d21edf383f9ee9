# Signing in and signing out.
login-title = Sign in
login-for-client = Sign in to use { $client }.
login-username = User ID
login-username-hint = It is printed in the letter from your health insurance society.
login-password = Password
login-password-hint = First time here? Enter the initial password printed in your letter.
login-submit = Sign in
login-first-title = Is this your first time?
login-first-text = The first sign-in takes about 10 minutes to set up. Please have these ready.
login-first-letter = The letter from your health insurance society with your user ID and initial password
login-first-mail = A phone or computer on which you can read your email
login-first-phone = Your phone, if you would like to use an authenticator app
login-stuck-title = Trouble signing in?
login-stuck-id = Full-width characters and spaces are fine. Please check capital and small letters.
login-stuck-password = Even if you have used this before, your password may have been reset. Please check your letter.
login-stuck-letter = If you cannot find the letter or do not know your password, please contact your health insurance society. They will send you a new letter.

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
locked-do-not-me = If this was not you, or if it is urgent, please contact your health insurance society.
locked-retry = Sign in again

logout-title = Do you want to sign out?
logout-lead = After signing out, you need to sign in again the next time you use your services.
logout-lead-client = { $client } asked to sign you out. After signing out, you need to sign in again the next time you use your services.
logout-confirm = Sign out
logout-cancel = Stay signed in

signed-out-title = You are signed out
signed-out-lead = Thank you. You can close this page.
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
