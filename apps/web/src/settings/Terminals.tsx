/** How terminals look and behave in this browser. */
import { useId } from "react"
import type { ReactElement } from "react"
import {
  bellSound,
  boundedSize,
  copyOnRelease,
  cursorBlink,
  cursorStyle,
  FONT_SIZE,
  fontSize,
  rawKeys,
  renderer,
  screenReader,
  terminalTheme,
} from "../panes/terminal/preferences.ts"
import { useStore } from "../ui/store.ts"
import { Choose, Part, Switch } from "./Part.tsx"
import css from "./settings.module.css"

/** The preferences of terminals. */
export function Terminals(): ReactElement {
  return (
    <Part
      title="Terminals"
      about="Kept in this browser. Whether a terminal's program gets the keys of the app is set in its pane."
    >
      <FontSize />
      <Choose title="Colours" of={terminalTheme} words={{ page: "As the page", dark: "Dark", light: "Light" }} />
      <Choose title="Cursor" of={cursorStyle} words={{ block: "Block", bar: "Bar", underline: "Underline" }} />
      <Switch title="The cursor blinks" of={cursorBlink} />
      <Switch
        title="Copy what is selected at once"
        about="A program that paints again takes a selection away."
        of={copyOnRelease}
      />
      <Switch title="The bell is a sound, too" of={bellSound} />
      <Switch title="Text for screen readers" about="The screen as text, and what comes is read out." of={screenReader} />
      <Switch title="Send keys one by one on a phone" about="In place of a line that is sent as a whole." of={rawKeys} />
      <Choose
        title="Drawn by"
        of={renderer}
        words={{ auto: "What the machine does best", page: "The page, without the graphics card" }}
      />
    </Part>
  )
}

function FontSize(): ReactElement {
  const size = useStore(fontSize)
  const id = useId()
  return (
    <div className={css["line"]}>
      <label htmlFor={id}>Size of the text</label>
      <input
        id={id}
        type="number"
        min={FONT_SIZE.least}
        max={FONT_SIZE.most}
        step={0.5}
        value={size}
        onChange={({ target }) => Number.isFinite(target.valueAsNumber) && fontSize.choose(boundedSize(target.valueAsNumber))}
      />
      <small>pixels</small>
    </div>
  )
}
