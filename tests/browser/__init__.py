"""The whole product in a real Chromium: web server, worker and bundled model, all real."""
