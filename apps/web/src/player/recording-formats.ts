/** The files that a recording can be downloaded as. */

/** A format of `log.export`, and what a person calls it. */
export interface RecordingFormat {
  readonly format: "html" | "cast" | "jsonl" | "md"
  readonly title: string
  /** The kind of session that it is for; all when absent. */
  readonly of?: string
}

/** All of them, the one that most people want first. */
export const RECORDING_FORMATS: ReadonlyArray<RecordingFormat> = [
  { format: "html", title: "Download a player (HTML)" },
  { format: "cast", title: "Download asciicast", of: "terminal" },
  { format: "md", title: "Download Markdown", of: "agent" },
  { format: "jsonl", title: "Download all events (JSON lines)" },
]
