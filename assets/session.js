/* An ended session inside the app: ask for the password where the user is, then send the waiting requests again.

   Every fetch passes here. A 401 opens one dialog for all requests that wait; the page keeps its state. Other refusals
   and faults become toasts. */
(function () {
  "use strict";
  var real = window.fetch.bind(window);
  var waiting = null;
  var lastToast = "";

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (part) { return part.indexOf(name + "=") === 0; });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function toast(problem) {
    var key = problem.code + problem.detail;
    if (key === lastToast) { return; }  // one refused page makes many refused requests
    lastToast = key;
    setTimeout(function () { lastToast = ""; }, 3000);
    var item = {
      kind: problem.status < 500 ? "warn" : "error", title: problem.title, message: problem.detail,
      incident: problem.incident || null, at: Date.now(),
    };
    if (window.dash_clientside && window.dash_clientside.set_props && document.getElementById("toast-region")) {
      window.dash_clientside.set_props("shell-toasts", { data: item });
    }
  }

  function element(name, attributes, children) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }

  function toLogin() {
    location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
  }

  /* Returns a promise that is kept when somebody is signed in again. */
  function askAgain(username) {
    if (waiting) { return waiting; }
    if (!username) { toLogin(); return new Promise(function () {}); }
    waiting = new Promise(function (resolve) {
      var password = element("input", { type: "password", name: "password", id: "relogin-password", class: "form-control",
        autocomplete: "current-password", required: "", maxlength: "256" });
      var note = element("p", { class: "es-relogin-note", role: "alert" });
      var go = element("button", { type: "submit", class: "btn btn-primary", id: "relogin-submit" }, ["Sign in and go on"]);
      var other = element("a", { href: "#", class: "es-relogin-other" }, ["Go to the login page instead"]);
      var form = element("form", { class: "es-relogin-form" }, [
        element("input", { type: "text", name: "username", value: username, readonly: "", autocomplete: "username",
          class: "form-control", "aria-label": "User name" }),
        element("label", { for: "relogin-password" }, ["Password"]), password, note, go, other,
      ]);
      var dialog = element("dialog", { class: "es-relogin", id: "relogin", "aria-labelledby": "relogin-title" }, [
        element("h2", { id: "relogin-title" }, ["Your session has ended"]),
        element("p", {}, ["What you see stays as it is. Enter your password to go on."]), form,
      ]);
      other.addEventListener("click", function (event) { event.preventDefault(); toLogin(); });
      dialog.addEventListener("cancel", function (event) { event.preventDefault(); });
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        go.disabled = true;
        note.textContent = "";
        signIn(username, password.value).then(function (problem) {
          go.disabled = false;
          if (problem) {
            note.textContent = problem;
            password.select();
            return;
          }
          dialog.close();
          dialog.remove();
          waiting = null;
          resolve();
        });
      });
      document.body.append(dialog);
      dialog.showModal();
      password.focus();
    });
    return waiting;
  }

  /* Returns a promise of what went wrong, or of nothing. */
  function signIn(username, password) {
    return real("/login", {
      method: "POST", credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": cookie("_csrf_token") },
      body: new URLSearchParams({ username: username, password: password }),
    }).then(function (response) {
      if (response.ok) { return ""; }
      if (response.status === 400) { toLogin(); }
      return response.json().then(function (problem) { return problem.detail; });
    }).catch(function () { return "The portal does not answer. Try again in a moment."; });
  }

  function again(resource, options) {
    var renewed = Object.assign({}, options);
    if (renewed.headers) {
      renewed.headers = new Headers(renewed.headers);
      renewed.headers.set("X-CSRFToken", cookie("_csrf_token"));
    }
    return guarded(resource, renewed);
  }

  function guarded(resource, options) {
    return real(resource, options).then(function (response) {
      var type = response.headers.get("Content-Type") || "";
      if (response.ok || type.indexOf("application/problem+json") !== 0) { return response; }
      return response.clone().json().then(function (problem) {
        if (response.status === 401 && problem.code === "not-signed-in") {
          return askAgain(problem.username).then(function () { return again(resource, options); });
        }
        toast(problem);
        return response;
      });
    });
  }

  window.fetch = guarded;

  /* Logout empties the storage of the browser; the chosen theme stays in a cookie. */
  new MutationObserver(function () {
    var theme = document.documentElement.getAttribute("data-bs-theme");
    document.cookie = "enerscope-theme=" + theme + "; path=/; max-age=31536000; SameSite=Lax";
  }).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
