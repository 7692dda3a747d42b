/** Downloading a recording: the page asks with its key, so a plain link would not do. */
import type { Hub } from "@holdfast/client/model"
import { sizeText } from "../ui/size.ts"
import type { RecordingFormat } from "./recording-formats.ts"

/** Saves a session's log as a file; gives its size in words, rejects with what the hub says. */
export async function download(api: Hub["sessions"], session: string, format: RecordingFormat["format"]): Promise<string> {
  const answer = await api.export(session, format)
  const blob = await new Response(answer.body as BodyInit | null).blob()
  const address = URL.createObjectURL(blob)
  const link = document.createElement("a")
  link.href = address
  link.download = `${session}.${format}`
  link.click()
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  return sizeText(blob.size)
}
