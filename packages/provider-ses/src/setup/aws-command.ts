/** An option's value: text, or what is written as JSON; `true` for an option that takes none. */
type Value = string | true | Readonly<Record<string, unknown>>;

const isPlain = /^[\w@%+=:,./-]+$/;

function quoted(value: Exclude<Value, true>): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return isPlain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A call of AWS's command line, as a shell reads it: `aws sns create-topic` with an option a line. */
export function awsCommand(operation: string, options: Readonly<Record<string, Value>>): string {
  const words = Object.entries(options).map(([name, value]) =>
    value === true ? `--${name}` : `--${name} ${quoted(value)}`,
  );
  return [`aws ${operation}`, ...words].join(' \\\n  ');
}
