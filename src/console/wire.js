// The form of the Query API on the wire: parameters out, XML in. It knows nothing of requests.

/** What the elements of lists are called, where it is not `member`. */
const ELEMENTS = {
  CacheClusters: 'CacheCluster',
  CacheEngineVersions: 'CacheEngineVersion',
  CacheNodeIdsToRemove: 'CacheNodeId',
  CacheNodeIdsToReboot: 'CacheNodeId',
  CacheNodes: 'CacheNode',
  CacheNodeTypeSpecificParameters: 'CacheNodeTypeSpecificParameter',
  CacheNodeTypeSpecificValues: 'CacheNodeTypeSpecificValue',
  CacheParameterGroups: 'CacheParameterGroup',
  Events: 'Event',
  MemberClusters: 'ClusterId',
  NodeGroupMembers: 'NodeGroupMember',
  NodeGroups: 'NodeGroup',
  NodeGroupsToRemove: 'NodeGroupToRemove',
  NodeSnapshots: 'NodeSnapshot',
  ParameterNameValues: 'ParameterNameValue',
  Parameters: 'Parameter',
  ReplicationGroups: 'ReplicationGroup',
  ServerlessCacheSnapshots: 'ServerlessCacheSnapshot',
  Snapshots: 'Snapshot',
  SnapshotArnsToRestore: 'SnapshotArn',
  TagList: 'Tag',
  Tags: 'Tag',
};

/** Parameters as the fields of a form: lists are counted, structures are joined by dots. */
export function encode(action, parameters) {
  const form = new URLSearchParams({ Action: action, Version: '2015-02-02' });
  for (const [name, value] of Object.entries(parameters)) put(form, name, value);
  return form;
}

function put(form, name, value) {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    const element = ELEMENTS[name.split('.').at(-1)] ?? 'member';
    if (value.length === 0) form.append(name, '');
    value.forEach((item, index) => put(form, `${name}.${element}.${index + 1}`, item));
  } else if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) put(form, `${name}.${key}`, inner);
  } else {
    form.append(name, value);
  }
}

/** The answer to an action, as an object. Every value is a text, a list or an object. */
export function decode(action, xml) {
  const answer = parse(xml);
  return read(answer.querySelector(`${action}Result`) ?? answer);
}

/** The code and the message of an error. */
export function decodeError(xml) {
  const error = parse(xml).querySelector('Error');
  const text = (name) => error?.querySelector(name)?.textContent;
  return {
    code: text('Code') ?? 'UnreadableAnswer',
    message: text('Message') ?? 'The server sent no error that can be read.',
  };
}

function parse(xml) {
  return new DOMParser().parseFromString(xml, 'application/xml').documentElement;
}

function read(element) {
  const children = [...element.children];
  if (isList(element.localName, children)) return children.map(read);
  if (children.length === 0) return element.textContent;
  return Object.fromEntries(children.map((child) => [child.localName, read(child)]));
}

function isList(name, children) {
  if (children.length === 0) return name in ELEMENTS;
  const element = ELEMENTS[name] ?? 'member';
  return children.every((child) => child.localName === element || child.localName === 'member');
}
