// Hands the answer to the application without a press of the button (OAuth 2.0 Form Post Response Mode §2).
document.getElementById("form-post").submit();
