// Ctrl + Enter runs the query; the form works without any of this.
const form = document.querySelector("#workbench");

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
