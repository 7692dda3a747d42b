/** A PNG of 16 by 16 red pixels, as base64: small enough that no agent scales it. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mM4IWdDEmIY1TCqYfhqAAC5FCIQyinpOwAAAABJRU5ErkJggg=="

/** The pixels as a file of a message. */
export const PIXEL_FILE = {
  type: "file",
  mediaType: "image/png",
  url: `data:image/png;base64,${PIXEL}`,
  filename: "pixel.png",
} as const
