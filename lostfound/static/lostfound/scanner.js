// The camera of the counter: reads QR codes into the search field, where a browser can.
const script = document.currentScript;
const form = document.querySelector("[data-scanner]");
const field = form.querySelector("input[name=q]");
const start = document.querySelector("[data-camera]");
const view = document.querySelector("[data-camera-view]");
const refused = document.querySelector("[data-camera-refused]");
const video = view.querySelector("video");
const widest = 640;
const pauseMs = 150;
let stream = null;

// A scanner types where the focus is; with Hangul input on, only the key's place is reliable.
field.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key === "Process") {
    const typed = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(event.code);
    if (typed && event.getModifierState("CapsLock")) {
      event.preventDefault();
      field.value += typed[1] || typed[2];
    }
  }
});

function load() {
  return new Promise((resolve, reject) => {
    const library = document.createElement("script");
    library.src = script.dataset.jsqr;
    library.addEventListener("load", resolve);
    library.addEventListener("error", reject);
    document.head.append(library);
  });
}

async function reader() {
  if ("BarcodeDetector" in window) {
    try {
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      return async () => (await detector.detect(video))[0]?.rawValue;
    } catch {
      // It is there, but knows no QR codes on this device.
    }
  }
  await load();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, widest / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(pixels.data, pixels.width, pixels.height)?.data;
  };
}

function stop() {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  view.hidden = true;
  start.hidden = false;
}

async function scan() {
  refused.hidden = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    refused.hidden = false;
    field.focus();
    return;
  }
  start.hidden = true;
  view.hidden = false;
  video.srcObject = stream;
  await video.play();
  const read = await reader();
  while (stream) {
    const text = video.videoWidth ? await read() : "";
    if (text) {
      stop();
      field.value = text;
      form.requestSubmit();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

if (navigator.mediaDevices?.getUserMedia) {
  start.hidden = false;
  start.querySelector("button").addEventListener("click", scan);
  document.querySelector("[data-camera-stop]").addEventListener("click", stop);
}
