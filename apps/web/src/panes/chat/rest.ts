/**
 * The parts of the chat that its first text does not need: one file, which is asked for with the pane and is there a moment later
 * (see loading.ts).
 */
export { FindBar } from "./find/FindBar.tsx"
export { FileView } from "./parts/FileView.tsx"
export { OtherRow } from "./parts/OtherRow.tsx"
export { ToolRow } from "./tools/ToolRow.tsx"
export { messageMarkdown } from "./transcript/message-markdown.ts"
export { findPlace } from "./transcript/seek-place.ts"
export { selectionMarkdown } from "./transcript/selection-markdown.ts"
