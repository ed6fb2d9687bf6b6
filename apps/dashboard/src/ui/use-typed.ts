import { useState } from 'preact/hooks';

/** What stands in a field: as it was given, until something is typed; a new one given takes its place. An effect would come after the first keys. */
export function useTyped(given: string): readonly [string, (text: string) => void] {
  const [typed, setTyped] = useState({ given, text: given });
  return [typed.given === given ? typed.text : given, (text) => setTyped({ given, text })];
}
