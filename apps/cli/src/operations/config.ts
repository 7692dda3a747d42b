/**
 * `holdfast config`: every setting in force and where it came from.
 */
import { describeSettings } from "@holdfast/server/config/configuration"
import { settingVariable } from "@holdfast/protocol/settings"
import { outputWidth, paint, print, printJson } from "../output.ts"
import { loadedSettings } from "../server/settings.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"

/** Prints the settings; secrets are masked. */
export function config(json: boolean): void {
  const { settings, data, file } = loadedSettings()
  const described = describeSettings(settings)
  if (json) return printJson({ file, data, settings: described })
  const width = outputWidth()
  print(`configuration file ${file}`, `data directory     ${data}`, "")
  print(
    ...table(
      [
        { title: "SETTING", text: ({ name }) => name, style: () => "bold" },
        { title: "VALUE", text: ({ value }) => printable(value === "" ? "-" : String(value)), least: 8 },
        { title: "FROM", text: ({ source }) => source, style: ({ source }) => (source === "default" ? "dim" : "green") },
        { title: "VARIABLE", text: ({ name }) => settingVariable(name), style: () => "dim", drop: 1 },
        { title: "ABOUT", text: ({ about }) => about, least: 12, drop: 2 },
      ],
      described,
      { paint, ...(width === undefined ? {} : { width }) },
    ),
    "",
    "Sizes are in bytes, times in milliseconds.",
  )
}
