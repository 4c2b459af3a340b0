// What every page does once scripts run: times in the reader's zone, with UTC on hover.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = format.format(moment);
  }
}

localTimes(document);
document.addEventListener("htmx:afterSwap", (event) => localTimes(event.target));
// An answer that says what was wrong is shown in place of the list, too.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
  if (event.detail.xhr.status === 401) window.location.reload();
});
