// The way to the booth: somebody has just asked for it, so the form is sent at once. Without JavaScript they press its button.
document.querySelector("[data-egov-handoff]")?.submit();
