/** Icons: strokes of 1.4 on a field of 16, in the colour of the text. Each is decoration; its button has the name. */
import type { ReactElement } from "react"

const PATHS = {
  add: "M8 3v10M3 8h10",
  archive: "M2.5 3.5h11v3h-11zM3.5 6.5v6h9v-6M6.5 9h3",
  attach: "M12.5 7.5 8 12a3 3 0 0 1-4.2-4.2l5-5a2 2 0 0 1 2.8 2.8l-5 5a1 1 0 0 1-1.4-1.4L9.6 5",
  back: "M10 3 5 8l5 5",
  branch:
    "M4.5 5.5v5M4.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM4.5 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM11.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM11.5 5.5c0 3-4 2.5-7 5",
  changes: "M8 3v6M5 6h6M5 12.5h6",
  check: "M3 8.5 6.5 12 13 4.5",
  chevron: "M6 3l5 5-5 5",
  clock: "M8 13.5a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11ZM8 5v3l2 1.500",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  down: "M8 3v10M4 9l4 4 4-4",
  download: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
  drag: "M6 4v.01M10 4v.01M6 8v.01M10 8v.01M6 12v.01M10 12v.01",
  edit: "M3 13l.7-3L10.5 3.200l2.300 2.300L6 12.300zM9 4.700 11.300 7",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  filter: "M2.5 4.500h11M4.500 8h7M6.500 11.500h3",
  folder: "M2.5 4h4l1.5 1.5h5.5v7h-11z",
  fork: "M8 13.5V9M4 2.5v2.5c0 2 4 2 4 4 0-2 4-2 4-4V2.5",
  inbox: "M2.5 9 4.5 3h7l2 6v4h-11zM2.5 9h3.200c0 1.300 1 2 2.300 2s2.300-.7 2.300-2h3.200",
  interrupt: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM6 6h4v4H6z",
  keyboard: "M2 4h12v8H2zM4.5 6.5h.01M7 6.5h.01M9.5 6.5h.01M12 6.5h.01M5 9.5h6",
  link: "M7 9.5a2.5 2.5 0 0 0 3.5 0l2-2A2.5 2.5 0 0 0 9 4l-.7.7M9 6.5a2.5 2.5 0 0 0-3.5 0l-2 2A2.5 2.5 0 0 0 7 12l.7-.7",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500Z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pin: "M6 2.5h4l-.5 4 2 2.5h-7l2-2.5zM8 9v4.5",
  play: "M4.5 3v10l8-5z",
  pause: "M5 3v10M11 3v10",
  restart: "M12.5 8a4.5 4.5 0 1 1-1.400-3.200M12.5 2.5v3h-3",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.300 10.300 13.5 13.5",
  send: "M8 13V3M4 7l4-4 4 4",
  settings: "M3 4.5h10M3 11.5h10M6 3v3M10 10v3",
  split: "M2.5 3h11v10h-11zM8 3v10",
  splitDown: "M2.5 3h11v10h-11zM2.5 8h11",
  stop: "M4.5 4.5h7v7h-7z",
  tag: "M2.5 2.5h5l6 6-5 5-6-6zM5.5 5.5h.01",
  terminal: "M3 5l3 3-3 3M8 11.5h5",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 9h6l.5-9",
  undo: "M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6",
  unread: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM2.5 8h.01M13.5 8h.01",
  up: "M8 13V3M4 7l4-4 4 4",
  zoom: "M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-4.5 4.5M2.5 13.5l4.5-4.5",
} as const

/** Name of an icon. */
export type IconName = keyof typeof PATHS

interface IconProps {
  readonly name: IconName
  /** 16 px unless it says otherwise. */
  readonly size?: number
}

/** An icon. */
export function Icon({ name, size = 16 }: IconProps): ReactElement {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** The mark of the product: an anchor line that holds. */
export function Mark({ size = 20 }: { readonly size?: number }): ReactElement {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="var(--kelp)"
      strokeWidth="1.6"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M10 2.5v9.5M10 12c-1.5 0-4 1.5-6 5M10 12c1.5 0 4 1.5 6 5M10 12c0 2 0 3.5 0 5M6.5 6 10 8.5 13.5 6" />
    </svg>
  )
}
