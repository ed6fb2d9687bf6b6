/** Lays one object over another: own keys of `over` win, an explicit null among them. */
function layOver(under: object, over: object): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(under), ...Object.entries(over)]);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Applies a batch's defaults to one item before the item is validated. The item wins, `tracking` merges per
 * key, and an explicit null unsets the default. What is not an object comes back as it is, for the
 * validation to refuse.
 */
export function mergeDefaults(item: unknown, defaults: object): unknown {
  if (!isObject(item)) return item;
  const merged = layOver(defaults, item);
  const ownTracking = 'tracking' in item ? item.tracking : undefined;
  const defaultTracking = 'tracking' in defaults ? defaults.tracking : undefined;
  if (isObject(ownTracking) && isObject(defaultTracking)) {
    merged.tracking = layOver(defaultTracking, ownTracking);
  }
  return merged;
}
