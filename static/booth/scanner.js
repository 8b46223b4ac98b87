/** Reading QR codes with the browser's own detector, where it has one. Pictures never leave the device. */

const EVERY = 200; // milliseconds between looks at the camera's picture

/** @returns {Promise<boolean>} whether this browser reads QR codes */
export async function canScan() {
  if (!("BarcodeDetector" in globalThis)) return false;
  try {
    return (await globalThis.BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
}

/**
 * @param {ImageBitmapSource} picture
 * @param {(text: string) => string|null} read what a code means, or null if it is not one of ours
 * @returns {Promise<string|null>}
 */
async function look(picture, read) {
  const codes = await new globalThis.BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
  return codes.map(({ rawValue }) => read(rawValue)).find((meaning) => meaning !== null) ?? null;
}

/** @param {File} file @param {(text: string) => string|null} read @returns {Promise<string>} rejects if none is found */
export async function readImage(file, read) {
  const bitmap = await createImageBitmap(file);
  try {
    const meaning = await look(bitmap, read);
    if (meaning === null) throw new Error("no code in this picture");
    return meaning;
  } finally {
    bitmap.close();
  }
}

/**
 * Watches the camera until it sees a code of ours or is told to stop; the camera is let go of either way.
 *
 * @param {HTMLVideoElement} video @param {AbortSignal} signal @param {(text: string) => string|null} read
 * @returns {Promise<string>} rejects with an AbortError when stopped
 */
export async function watchCamera(video, signal, read) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    await video.play();
    for (;;) {
      signal.throwIfAborted();
      const meaning = await look(video, read);
      if (meaning !== null) return meaning;
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
