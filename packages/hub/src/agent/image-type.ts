/** Which kind of image bytes are, told by their beginning: the four that models take. */

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const

/** Media type of an image that models take. */
export type ImageType = (typeof IMAGES)[number]

/** Whether a media type is that of an image that models take. */
export function isImageType(mediaType: string): mediaType is ImageType {
  return IMAGES.some((one) => one === mediaType)
}

/** The media type of an image by its bytes; undefined when it is none that models take. */
export function imageType(bytes: Uint8Array): ImageType | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString("latin1")
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png"
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg"
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif"
  return head.startsWith("RIFF") && head.slice(8) === "WEBP" ? "image/webp" : undefined
}
