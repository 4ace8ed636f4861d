/* The login page: caps-lock hint, one-click demo accounts, the countdown of a delay. It works without any of them. */
(function () {
  "use strict";
  var form = document.getElementById("login-form");
  if (!form) { return; }
  var username = document.getElementById("login-username");
  var password = document.getElementById("login-password");
  var submit = document.getElementById("login-submit");
  var caps = document.getElementById("login-caps");

  function hint(event) {
    if (event.getModifierState) { caps.hidden = !event.getModifierState("CapsLock"); }
  }
  ["keydown", "keyup", "mousedown"].forEach(function (kind) { form.addEventListener(kind, hint); });
  password.addEventListener("blur", function () { caps.hidden = true; });

  document.querySelectorAll("[data-username]").forEach(function (button) {
    button.addEventListener("click", function () {
      username.value = button.dataset.username;
      password.value = button.dataset.password;
      submit.focus();
    });
  });

  var sent = false;
  form.addEventListener("submit", function (event) {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    submit.textContent = "Signing in…";
  });
  window.addEventListener("pageshow", function () { sent = false; });  // back button: the page returns as it was left

  var problem = document.getElementById("login-problem");
  var left = problem ? Number(problem.dataset.seconds || 0) : 0;
  if (left > 0) {
    var text = problem.querySelector("span");
    var end = Date.now() + left * 1000;
    submit.disabled = true;
    var timer = setInterval(function () {
      var seconds = Math.ceil((end - Date.now()) / 1000);
      if (seconds > 0) {
        text.textContent = "Wait " + seconds + (seconds === 1 ? " second" : " seconds") + ", then try again.";
        return;
      }
      clearInterval(timer);
      text.textContent = "You can try again now.";
      submit.disabled = false;
    }, 250);
  }
})();
