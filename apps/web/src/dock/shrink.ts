/** Photographs of a phone are larger than a message takes and than models look at: they are made smaller before they are attached. */
import { FILES_MAX } from "@holdfast/protocol/agent/message-limits"

/** Longest side that models look at, in pixels. */
const SIDE = 2048
const QUALITY = 0.86

/** From this size on an image is made smaller, in bytes. */
const LARGE = FILES_MAX / 4

/** The same image, small enough; anything else, and what cannot be drawn, as it is. */
export async function shrunk(file: File): Promise<File> {
  if (file.size < LARGE || !/^image\/(?:jpeg|png|webp)$/.test(file.type)) return file
  try {
    const image = await createImageBitmap(file)
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height))
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale))
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height)
    image.close()
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY })
    if (blob.size >= file.size) return file
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" })
  } catch (cause) {
    console.warn(`${file.name} could not be made smaller:`, cause)
    return file
  }
}
