# What passes between us and applications.
form-post-title = Back to the application
form-post-lead = If nothing happens by itself, press the button.
form-post-submit = Back to the application
refusal-explained-title = For developers
refusal-explained-parameter = Parameter
refusal-explained-rule = Rule
refusal-explained-section = Standard
refusal-explained-found = Here
