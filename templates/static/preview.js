// Shows what was saved as soon as the server says so. Without this file the page
// is the same, and its own link shows what is new.
const live = document.getElementById("live");
const events = new EventSource(live.dataset.events);
const say = (state) => { live.dataset.state = state; };
events.addEventListener("open", () => say("on"));
events.addEventListener("error", () => say("lost"));
events.addEventListener("saved", () => location.reload());
