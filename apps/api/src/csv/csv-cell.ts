/** How a cell begins that a spreadsheet would run as a formula (OWASP, CSV injection), behind any apostrophes. */
const formula = /^'*[=+\-@\t\r]/;

/** The same behind at least one apostrophe: as our export writes it. */
const guarded = /^'+[=+\-@\t\r]/;

/** A cell of a CSV file (RFC 4180) that no spreadsheet takes for a formula: such a one begins with an apostrophe. */
export function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || /^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text that a cell stands for: without the apostrophe that keeps it from being a formula. */
export const textOfCell = (cell: string): string => (guarded.test(cell) ? cell.slice(1) : cell);
