/** The faces of the page: a terminal that measures one before it is there gets its columns wrong. */

/** Settles once the face for terminals and code is there, box drawing and blocks included; settles too where it cannot be loaded. */
export const monoReady: Promise<unknown> = Promise.allSettled([
  document.fonts.load('14px "HF Mono"', "M"),
  document.fonts.load('14px "HF Mono"', "─│█"),
])
