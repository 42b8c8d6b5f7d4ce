"""How browsers log in and out: by the form, by the button of a link, by an account."""
