// The code of a one-time link stands behind the #: take it into the form, and out of the address.
const form = document.querySelector("[data-code-form]");
const code = window.location.hash.slice(1);

if (form && code) {
  form.elements.code.value = code;
  window.history.replaceState(null, "", window.location.pathname);
  form.requestSubmit();
}
