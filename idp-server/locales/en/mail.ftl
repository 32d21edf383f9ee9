# Mails.
mail-help = Questions: { $line } { $hours }
mail-automatic = This email was sent automatically. Please do not reply to it.
mail-code-label = Your code
mail-code-lifetime = { $minutes ->
    [one] This code works for 1 minute after sending. Do not tell it to anyone. Our staff will never ask for it.
   *[other] This code works for { $minutes } minutes after sending. Do not tell it to anyone. Our staff will never ask for it.
  }
mail-link-lifetime = { $hours ->
    [one] This link works for 1 hour after sending.
   *[other] This link works for { $hours } hours after sending.
  }

mail-verify-subject = 【{ $society }】Confirm your email address
mail-verify-lead =
    This is { $society }.
    This email address was entered during a first sign-in.
    Open the link and press “Confirm”, or enter the code on the page where you started.
mail-verify-link = Confirm my email address
mail-verify-tail =
    If you did not ask for this, please delete this email. Nothing will be registered.

mail-sign-in-subject = 【{ $society }】Your sign-in code
mail-sign-in-lead =
    This is { $society }.
    Here is your code to sign in. Enter it on the page where you are signing in.
mail-sign-in-tail =
    If you are not signing in, someone else may know your password. Do not tell anyone this code, and contact { $society }.

mail-enrol-subject = 【{ $society }】Your code to set up a way to sign in
mail-enrol-lead =
    This is { $society }.
    Here is your code to set up a way to sign in. Enter it on the set-up page.
mail-enrol-tail =
    If you did not ask for this, do not tell anyone this code, and contact { $society }.

mail-password-changed-subject = 【{ $society }】Your password was changed
mail-password-changed-lead =
    This is { $society }.
    Your password was changed on { $at }.
mail-password-changed-tail =
    If you changed it yourself, there is nothing to do.
    If you did not, please contact { $society } at once.

mail-address-changed-subject = 【{ $society }】Your email address was changed
mail-address-changed-lead =
    This is { $society }.
    Your registered email address was changed to { $address } on { $at }. From now on we write to the new address.
mail-address-changed-tail =
    If you changed it yourself, there is nothing to do.
    If you did not, please contact { $society } at once.

mail-passkey-refused-subject = 【{ $society }】A sign-in was stopped
mail-passkey-refused-lead =
    This is { $society }.
    At { $at }, somebody tried to sign in with “{ $name }”. It may have been copied, so we stopped it. Nobody was signed in.
mail-passkey-refused-tail =
    Please sign in another way and remove “{ $name }”.
    If this was not you, please contact { $society } at once.

mail-method-added-subject = 【{ $society }】A way to sign in was set up
mail-method-added-lead =
    This is { $society }.
    “{ $method }” was set up on { $at }.
mail-method-added-tail =
    If you set it up yourself, there is nothing to do.
    If you did not, please contact { $society } at once.

mail-method-removed-subject = 【{ $society }】A way to sign in was removed
mail-method-removed-lead =
    This is { $society }.
    “{ $method }” was removed on { $at }.
mail-method-removed-tail =
    If you removed it yourself, there is nothing to do.
    If you did not, please contact { $society } at once.

mail-locked-subject = 【{ $society }】Sign-in is paused
mail-locked-lead =
    This is { $society }.
    A wrong password was entered several times, so sign-in is paused until { $until } to keep your account safe. Nobody got in.
mail-locked-tail =
    If it was you, please try again later.
    If it was not you, please contact { $society }.

mail-change-subject = 【{ $society }】Confirm your new email address
mail-change-lead =
    This is { $society }.
    This address was entered as a new email address on the account page.
    Open the link and press “Confirm”, or enter the code on the page.
mail-change-tail =
    If you did not ask for this, please delete this email. Nothing will be changed.

mail-method-renamed-subject = 【{ $society }】A way to sign in was renamed
mail-method-renamed-lead =
    This is { $society }.
    The name of “{ $method }” was changed on { $at }.
mail-method-renamed-tail =
    If you changed it yourself, there is nothing to do.
    If you did not, please contact { $society } at once.

mail-recovery-made-subject = 【{ $society }】New recovery codes
mail-recovery-made-lead =
    This is { $society }.
    New recovery codes were made on { $at }. Earlier ones no longer work.
mail-recovery-made-tail =
    If you made them yourself, there is nothing to do.
    If you did not, please contact { $society } at once.

mail-recovery-used-subject = 【{ $society }】A recovery code was used
mail-recovery-used-lead =
    This is { $society }.
    A recovery code was used to sign in on { $at }. Codes left: { $left }.
mail-recovery-used-tail =
    If only a few are left, you can make new ones on your account page.
    If this was not you, please contact { $society } at once.

mail-link-lifetime-minutes = { $minutes ->
    [one] This link works for 1 minute after sending.
   *[other] This link works for { $minutes } minutes after sending.
  }

mail-reset-subject = 【{ $society }】Choose a new password
mail-reset-lead =
    This is { $society }.
    Somebody asked to choose a new password for your account.
    Enter the code on the page where you started, or open the link and compare the number.
mail-reset-link = Go on to a new password
mail-reset-tail =
    If you did not ask for this, do not open the link and do not tell anyone the code. Your password stays as it is.

mail-unlock-subject = 【{ $society }】Unlock your sign-in
mail-unlock-lead =
    This is { $society }.
    Somebody asked to unlock the sign-in of your account.
    Enter the code on the page where you started, or open the link and compare the number.
mail-unlock-link = Go on and unlock
mail-unlock-tail =
    If you did not ask for this, do not open the link and do not tell anyone the code.

mail-user-ids-subject = 【{ $society }】Your user ID
mail-user-ids-lead =
    This is { $society }.
    These are the user IDs confirmed with this email address.
    { $user_ids }
mail-user-ids-tail =
    If you did not ask for this, please delete this email. Nothing changes.

mail-methods-replaced-subject = 【{ $society }】Your ways to sign in are set up anew
mail-methods-replaced-lead =
    This is { $society }.
    On { $at } the initial password of your letter and your email address were confirmed, so your earlier ways to sign in and recovery codes were ended. A new way is set up next.
mail-methods-replaced-tail =
    If you did this yourself, please go on and set it up.
    If you did not, please contact { $society } at once.

mail-answer-subject = 【{ $society }】A service asks for your confirmation
mail-answer-lead =
    This is { $society }.
    “{ $client }” asks you to confirm that it is you. Please sign in by the link, check what it asks for, and say whether you allow it.
mail-answer-link = Check the request
mail-answer-until = You can answer until { $until }.
mail-answer-tail =
    If you do not know why you are asked, press “Do not allow” or delete this email. Without an answer nothing is given.

mail-fallback-subject = 【{ $society }】Signed in with a code by email
mail-fallback-lead =
    This is { $society }.
    On { $at } a code by email was used to sign in instead of your usual way.
mail-fallback-tail =
    If this was you, there is nothing to do.
    If it was not, someone knows your password. Please contact { $society } at once.
