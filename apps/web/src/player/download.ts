/** Downloading a recording: the page asks with its key, so a plain link would not do. */
import type { Hub } from "@holdfast/client/model"
import { saveFile } from "../app/save-file.ts"
import { sizeText } from "../ui/size.ts"
import type { RecordingFormat } from "./recording-formats.ts"

/** Saves a session's log as a file; gives its size in words, rejects with what the hub says. */
export async function download(api: Hub["sessions"], session: string, format: RecordingFormat["format"]): Promise<string> {
  const answer = await api.export(session, format)
  const blob = await new Response(answer.body as BodyInit | null).blob()
  saveFile(blob, `${session}.${format}`)
  return sizeText(blob.size)
}
