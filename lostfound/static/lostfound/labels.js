// Opens the print dialogue of the labels page, where a script can.
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => window.print());
