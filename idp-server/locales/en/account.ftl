# The member's own pages.
account-title = Your account
account-lead = Here you can check and change how you sign in and what is registered.
account-back = Back to your account
account-menu = Parts of your account
account-name = Name
account-mail = Email address
account-language = Language of pages and emails
account-language-submit = Change the language

moment = { $at } ({ $ago })
ago-now = just now
ago-minutes = { $number ->
    [one] about 1 minute ago
   *[other] about { $number } minutes ago
  }
ago-hours = { $number ->
    [one] about 1 hour ago
   *[other] about { $number } hours ago
  }
ago-days = { $number ->
    [one] 1 day ago
   *[other] { $number } days ago
  }

methods-title = Ways to sign in
methods-hint = Add, rename or remove an authenticator app and others
methods-lead = Besides your password, we make sure that it is you in these ways.
methods-none = Nothing is set up yet.
methods-add-title = Add a way to sign in
methods-add-text = Set up two or more, so that you can still sign in when a phone is lost or replaced.
method-add-totp = Add an authenticator app
method-add-mail = Add codes by email
method-add-passkey = Add your face, fingerprint or screen lock
method-kind = Kind
method-added = Set up
method-used = Last used
method-never-used = Not used yet
method-stopped = This was stopped after too many wrong codes. Set up a new one, then remove it.
method-rename-title = Change the name
method-new-name = New name
method-rename = Use this name
method-remove-title = Remove
method-remove-text = After removing it, you cannot sign in with it any more.
method-remove = Remove this way to sign in

account-password-title = Change your password
account-password-hint = Choose a new password
account-password-lead = Enter the new password twice.
account-password-submit = Change the password

account-mail-title = Change your email address
account-mail-hint = Where notices and codes are sent
account-mail-present = Present email address
account-mail-lead = Enter your new email address. We send an email to confirm it. Until it is confirmed, the present address stays.
account-mail-new = New email address
account-mail-submit = Send the email
account-mail-waiting = We sent an email to your new address. Open the link in it, or enter the code. Until then, the present address stays.
account-mail-check = Use the new address
account-mail-cancel = Do not change it

sessions-title = Where you are signed in
sessions-hint = See your devices and sign them out
sessions-lead = You are signed in on these devices. Sign out those you do not know.
session-here = This device
session-since = Signed in
session-seen = Last used
session-until = Signed out by itself at
session-revoke = Sign this device out
sessions-revoke-all = Sign out all other devices
sessions-revoke-all-hint = You stay signed in here. What services may use, and codes and links already sent, stop working too.
device-unknown = Unknown device
remembered-title = Devices without the second check
remembered-text = On these devices, the second check when signing in (such as a code) is left out.
remembered-since = Since
remembered-until = Until
remembered-forget = Ask again from now on
remember-browser = { $days ->
    [one] Leave out this check on this device for 1 day
   *[other] Leave out this check on this device for { $days } days
  }
remember-browser-hint = Choose this only on a device that nobody else uses. You can undo it in your account at any time.

applications-title = Services you use
applications-hint = See and revoke what services may use
applications-lead = These services may use information about you.
applications-none = There is no such service at present.
applications-note = After revoking, a service may still be open in your browser. Please sign out there, too.
application-last = Last sign-in
application-scopes = What it may use
application-open = Go to the service
application-revoke = Revoke

requests-title = Requests from services
requests-hint = Answer what a service asks from a counter, a call or another device
requests-lead = These services ask you to confirm that it is you. Allow it only if you know why.
requests-none = No request waits for an answer at present.
requests-waiting = { $count ->
    [one] One request waits for your answer
   *[other] { $count } requests wait for your answer
  }
requests-warning = A request that is not here has expired, or is for another user ID. If you do not know why you are asked, press “Do not allow”. Nobody will ever press you to allow something by telephone or email.
request-message = Shown on the other screen (check that it is the same)
request-asked = Asked on
request-scopes = Asked for
request-allow = Allow
request-deny = Do not allow

history-title = What happened
history-hint = Sign-ins and changes
history-lead = The newest comes first. If there is something you do not recognise, please contact your health insurance society.
history-none = There is nothing yet.
history-older = Older events
history-newest = Back to the newest
history-address = From { $address }
history-refused = { $what } (not accepted)
history-member_created = The account was made
history-member_unlocked = The pause of sign-in was ended
history-letter_issued = A letter with an initial password was issued
history-letter_used = Signed in with the initial password
history-sign_in = The password was entered
history-second_step = The second check was made
history-locked = Sign-in was paused after too many wrong entries
history-birth_date_confirmed = The date of birth was checked
history-terms_accepted = The terms of use were accepted
history-mail_verified = The email address was confirmed
history-mail_changed = The email address was changed
history-mail_disowned = “It was not me” was pressed in an email
history-method_chosen = A way to sign in was chosen
history-password_set = The password was set
history-method_enrolled = A way to sign in was set up
history-method_renamed = A way to sign in was renamed
history-method_removed = A way to sign in was removed
history-session_started = Signed in
history-session_ended = Signed out
history-sessions_ended = All other devices were signed out
history-passkey_counter_went_back = A sign-in was stopped because its key may have been copied
history-recovery_codes_made = New recovery codes were kept
history-rescue_asked = A way back in was asked for
history-rescue_answered = A way back in was confirmed by email
history-user_id_asked = The user ID was sent by email
history-new_phone_offered = A QR code for a new phone was shown
history-new_phone_asked = A new phone scanned the QR code
history-new_phone_confirmed = A new phone was confirmed to be yours
history-ciba_allowed = A request of a service was allowed
history-ciba_denied = A request of a service was not allowed
history-browser_remembered = A device was set to leave out the second check
history-consent_revoked = A service was revoked

methods-new-phone = Add a new phone
new-phone-title = Add a new phone
new-phone-lead = When you get a new phone, you can let it in from here.
new-phone-plan-scan = Scan the QR code that this page shows with the camera of the new phone.
new-phone-plan-number = Check that both screens show the same number, and press “Yes” here.
new-phone-plan-passkey = On the new phone, confirm the way you unlock its screen, or set an authenticator app up.
new-phone-offer = Show the QR code
new-phone-scan = Scan this QR code with the camera of the new phone.
new-phone-qr = QR code to scan with the new phone
new-phone-minutes = { $minutes ->
    [one] This QR code works for 1 more minute, and only once.
   *[other] This QR code works for { $minutes } more minutes, and only once.
  }
new-phone-show-nobody = Do not show or send this QR code to anyone. Our staff will never ask for it.
new-phone-asked = The QR code was scanned. Please compare the number on the new phone with this one.
new-phone-number = Number on this page
new-phone-device = Scanned by
new-phone-warning = If your phone shows another number, or none, do not press “Yes”. Someone else may have scanned the code.
new-phone-confirm = Yes, the numbers are the same
new-phone-not-mine = No, stop this
new-phone-confirmed = Please go on with your new phone.
new-phone-waiting = Waiting for the new phone. This page moves on by itself.
new-phone-refresh = Refresh this page
new-phone-cancel = Stop this
new-phone-used = You can now sign in with the new phone.
new-phone-another = Add another one
new-phone-old = When you part with the old phone, remove it under “Ways to sign in”.
print-title = How I sign in (for printing)
print-hint = A page to keep on paper
print-lead = Use “Print” in your browser to print this page.
print-submit = Print this page
print-address = Page to sign in
print-steps-title = How to sign in
print-step-open = Open the page to sign in.
print-step-password = Enter your user ID and password. Do not write the password on this sheet.
print-or = or
print-never = Our staff will never ask for your password or codes.
print-date = As of { $at }

signed-out-open = These services may still be open on this device. Please sign out there too, or close the browser.
reauthenticate = Before an important change, we make sure once more that it is you.
