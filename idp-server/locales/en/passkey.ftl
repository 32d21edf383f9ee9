# Passkeys (called “face, fingerprint or screen lock” on the pages).
enrol-passkey-title = Set up face, fingerprint or screen lock
enrol-passkey-lead = Press the button, and confirm the way you unlock your screen. Then you are done. Your face and fingerprint never leave this device.
enrol-passkey-submit = Set up on this device
enrol-passkey-other = Choose another way
enrol-passkey-how-title = If it does not work
enrol-passkey-how-lock = The device needs a screen lock, such as a PIN or a fingerprint. Please set one up in the settings of your device first.
enrol-passkey-how-phone = To use your phone, choose “phone” or “another device” in the window that opens and scan the QR code. Keep Bluetooth on for both devices.
enrol-passkey-how-safe = This uses an international standard called “passkeys”.

offer-passkey-title = From next time, sign in with this device alone
offer-passkey-lead = You have signed in with your phone or another device. If you set up this device too, you can sign in right away with your face, fingerprint or PIN. Please do not do so on a device that others use.
offer-passkey-other = Continue without it

phone-title = Add this phone
phone-ask = You scanned the QR code of another screen. Do you want to sign in with this phone from now on?
phone-ask-warning = Go on only if you showed the QR code yourself. If someone sent you the code or a link, please close this page.
phone-ask-submit = Add this phone
phone-wait = On the screen with the QR code, check that the number is the same and press “Yes”.
phone-number = Number of this phone
phone-waiting = Waiting for the confirmation. This page moves on by itself.
phone-create = Press the button, and confirm the way you unlock your screen. From then on, you can sign in with this phone.
phone-app = Use an authenticator app instead
phone-passkey = Use your face, fingerprint or screen lock instead (recommended)
phone-app-get = Install Google Authenticator or Microsoft Authenticator on this phone. Both are free.
phone-app-title = Add the account to the app
phone-app-text = The button opens the app. If it asks whether to add an account, go on.
phone-app-cannot-open = Does the app not open?
phone-done-title = This phone is set up
phone-done = From now on you can sign in on this phone with what you have just set up.
phone-sign-in = Sign in
phone-over-title = This QR code does not work
phone-over = Time has passed, it was used, or it was stopped. Please start again on the screen that shows the QR code.

login-passkey-title = Sign in with face, fingerprint or screen lock
login-passkey-lead = Press the button, and confirm with your face, fingerprint or PIN, the way you unlock your screen.
login-passkey-about = If you have set it up, you can sign in without typing your user ID and password.
login-passkey-submit = Sign in with face, fingerprint or screen lock
passkey-waiting = Please follow the window of your device.
passkey-needs-script = Please switch JavaScript on in your browser to use this way. If you cannot, please choose another way.
passkey-stuck-title = If it does not work
passkey-stuck-phone = If you set it up on your phone, choose “phone” or “another device” in the window that opens and scan the QR code. Keep Bluetooth on for both devices.
passkey-stuck-device = Use the device on which you set it up, or one with the same Apple or Google account.
passkey-stuck-lost = If you lost or replaced your device, please contact your health insurance society.

method-advice = If you are not sure, we recommend “{ $method }”.
method-advice-able = This device can sign in with your face, fingerprint or screen lock. That is the easiest and safest way; if you are not sure, choose it.
method-advice-unable = It seems that this device cannot sign in with your face, fingerprint or screen lock. If you are not sure, we recommend “{ $method }”.
