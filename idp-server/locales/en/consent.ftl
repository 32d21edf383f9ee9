# What an application may learn.
consent-title = Please check what is shared
consent-lead = “{ $client }” asks for the following. Please check whether you want to allow it.
consent-known = What you allowed before
consent-allow = Allow
consent-deny = Do not allow
consent-deny-means = If you do not allow it, nothing is given to “{ $client }”.
consent-later = You can take this back later on your account page.
consent-scope-openid = To confirm that you signed in (it gets a number that tells you apart)
consent-scope-profile = To know your name (also in kana), user ID, date of birth and language
consent-scope-email = To know your email address
consent-scope-address = To know your postal address
consent-scope-phone = To know your telephone number
consent-scope-offline_access = To look up what you allowed also while you are not signed in
client-policy = How “{ $client }” handles personal data (opens in a new tab)
client-terms = Terms of use of “{ $client }” (opens in a new tab)
