// Draws /docs/openapi.json. Plain functions, no framework: everything an operation needs is made when it is opened first.
'use strict';

const verbs = ['get', 'post', 'put', 'patch', 'delete'];
let api;

/** An element: h('a.name', {href: …}, children…). Text is never parsed as HTML. */
function h(kind, ...rest) {
  const [tag, ...classes] = kind.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const part of rest.flat(Infinity)) {
    if (part === null || part === undefined || typeof part === 'boolean') continue;
    if (part instanceof Node || typeof part !== 'object') element.append(part);
    else for (const [name, value] of Object.entries(part)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value !== false && value !== undefined) element.setAttribute(name, value);
    }
  }
  return element;
}

/** `code` and **strong** of a description. */
function prose(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map(part =>
    part.startsWith('`') ? h('code', part.slice(1, -1)) : part.startsWith('**') ? h('strong', part.slice(2, -2)) : part);
}
const paragraphs = text => text.split('\n\n').map(part => h('p', prose(part)));

const resolve = value => value && value.$ref
  ? value.$ref.slice(2).split('/').reduce((node, key) => node[key], api) : value;
const refName = value => value.$ref && value.$ref.split('/').pop();

/** A schema without the wrapper that nullable references need. */
function plain(schema) {
  if (schema.allOf && schema.allOf.length === 1) {
    return {...resolve(schema.allOf[0]), ...(schema.description && {description: schema.description}),
      nullable: schema.nullable, named: refName(schema.allOf[0])};
  }
  return schema.$ref ? {...resolve(schema), named: refName(schema)} : schema;
}

function typeOf(raw) {
  const schema = plain(raw);
  let text;
  if (schema.type === 'array') text = 'array of ' + typeOf(schema.items);
  else if (schema.type === 'object' && schema.additionalProperties && schema.additionalProperties !== true)
    text = schema.properties ? schema.named || 'object' : 'map of ' + (typeOf(schema.additionalProperties) || 'any');
  else if (schema.type === 'object') text = schema.named || 'object';
  else if (schema.oneOf || schema.anyOf) text = schema.named || (schema.oneOf || schema.anyOf).map(typeOf).join(' or ');
  else text = ['date', 'date-time'].includes(schema.format) ? schema.format : schema.type || 'any';
  return schema.nullable ? text + ' or null' : text;
}

function limitsOf(schema) {
  const limits = [];
  if (schema.minimum !== undefined || schema.maximum !== undefined)
    limits.push(schema.maximum === undefined ? '≥ ' + schema.minimum : schema.minimum === undefined ? '≤ ' + schema.maximum
      : schema.minimum + ' – ' + schema.maximum);
  if (schema.default !== undefined) limits.push('default ' + schema.default);
  if (schema.maxItems !== undefined) limits.push('at most ' + schema.maxItems);
  if (schema.pattern) limits.push(schema.pattern);
  return limits.join(' · ');
}

/**
 * Makes what can be opened below a value: members, elements, alternatives. Null if there is nothing.
 * `sent`: the value goes to the server, so that members it must have are marked; else those that may be absent.
 */
function inner(raw, sent) {
  const schema = plain(raw);
  if (schema.type === 'array') return inner(schema.items, sent);
  if (schema.properties && Object.keys(schema.properties).length) return () => members(schema, sent);
  if (schema.additionalProperties && schema.additionalProperties !== true) return inner(schema.additionalProperties, sent);
  const choices = schema.oneOf || schema.anyOf;
  if (choices && choices.some(choice => inner(choice, sent))) {
    return () => h('div.alternatives', choices.map((choice, number) =>
      [h('p', (number ? 'or: ' : 'either: ') + (plain(choice).description || typeOf(choice))), content(choice, sent)]));
  }
  return null;
}
const content = (schema, sent) => { const make = inner(schema, sent); return make ? make() : null; };

/** A list whose elements are made when it is opened first: schemas may be recursive. */
function lazy(title, make) {
  const box = h('details.more', h('summary', title));
  box.addEventListener('toggle', () => { if (box.open && box.childElementCount === 1) box.append(make()); });
  return box;
}

function field(name, raw, marks, sent) {
  const schema = plain(raw);
  const about = schema.description || '';
  const words = schema.enum || (schema.type === 'array' && plain(schema.items).enum) || [];
  const limits = limitsOf(schema);
  const make = inner(raw, sent);
  return h('li',
    h('span.name', name), h('span.type', typeOf(raw)), marks,
    about && h('div.about', prose(about)),
    limits && h('div.limits', h('code', limits)),
    words.every(word => about.includes('`' + word + '`')) || h('div.words', words.map(word => h('code', word))),
    make && lazy('members', make));
}

const members = (schema, sent) => h('ul.fields', Object.entries(schema.properties).map(([name, value]) => {
  const always = (schema.required || []).includes(name);
  return field(name, value, sent ? always && h('span.must', 'required') : !always && h('span.type', '· may be absent'), sent);
}));

/** JSON with its parts coloured. */
function coloured(text) {
  const parts = text.split(/("(?:[^"\\]|\\.)*"(?:\s*:)?|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?\b)/);
  return parts.map((part, number) => {
    if (number % 2 === 0) return part;
    const kind = part[0] === '"' ? (part.endsWith(':') ? 'key' : 'str') : /^[tfn]/.test(part) ? 'word' : 'num';
    return h('span.j-' + kind, part);
  });
}

function panel(title, text, json) {
  const button = h('button', {type: 'button', onclick: async () => {
    try { await navigator.clipboard.writeText(text); button.textContent = 'Copied'; }
    catch { getSelection().selectAllChildren(code); button.textContent = 'Selected'; }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  }}, 'Copy');
  const code = h(json ? 'pre' : 'pre.wrap', {tabindex: 0}, json ? coloured(text) : text);
  return h('div.panel', h('header', title, button), code);
}

function exampleOf(media) {
  if (media.example === undefined) return null;
  return typeof media.example === 'string' ? media.example : JSON.stringify(media.example, null, 2);
}

function curlOf(verb, path, operation) {
  const parameters = (operation.parameters || []).map(resolve);
  const sample = parameter => parameter.example ?? resolve(parameter.schema).example ?? '…';
  let url = path;
  for (const parameter of parameters.filter(each => each.in === 'path')) url = url.replace(`{${parameter.name}}`, encodeURIComponent(sample(parameter)));
  const quote = text => `'${String(text).replaceAll("'", "'\\''")}'`;
  const lines = ['curl' + (verb === 'get' ? ' -sS' : ' -sS -X ' + verb.toUpperCase())];
  if (!operation.security) lines.push('  -H "Authorization: Bearer $KEY"');
  for (const parameter of parameters.filter(each => each.in === 'header' && each.required)) lines.push('  -H ' + quote(parameter.name + ': ' + sample(parameter)));
  const body = operation.requestBody && resolve(operation.requestBody).content;
  if (body) {
    const [type, media] = Object.entries(body)[0];
    lines.push('  -H ' + quote('Content-Type: ' + type));
    if (media['x-lines']) lines.push('  --data-binary @lines.ndjson');
    else if (media.example !== undefined) lines.push('  --data ' + quote(JSON.stringify(media.example)));
  }
  const streams = Object.values(operation.responses).some(each => resolve(each).content && resolve(each).content['text/event-stream']);
  if (streams) lines[0] += ' -N';
  lines.push('  ' + quote(location.origin + url));
  return lines.join(' \\\n');
}

function answer(status, raw, first) {
  const response = resolve(raw);
  const parts = [];
  for (const [name, value] of Object.entries(response.headers || {}))
    parts.push(h('p.limits', h('code', name), ' ', prose(resolve(value).description || '')));
  for (const [type, media] of Object.entries(response.content || {})) {
    parts.push(h('p.limits', h('code', type), ' ', typeOf(media['x-event-data'] || media.schema)));
    const shown = content(media['x-event-data'] || media.schema, false);
    if (shown) parts.push(shown);
  }
  const summary = h('summary', h('span', {class: 'status s' + status[0]}, status), prose(response.description));
  if (!parts.length) return h('details.answer', summary, h('p.limits', 'No body.'));
  return h('details.answer', {open: first ? '' : false}, summary, parts);
}

function inside(verb, path, operation) {
  const roles = operation['x-roles'];
  const scoped = operation['x-bureau-scoped'] && h('li', 'another bureau’s entity is 404');
  const access = operation['x-access'] === 'open' ? h('li', 'open to anybody, without a key')
    : operation['x-access'] === 'loopback' ? h('li', 'from this machine only, without a key')
    : [h('li', 'roles'), roles.map(role => h('li', h('b', role)))];
  const left = h('div'), right = h('div');
  const parameters = (operation.parameters || []).map(resolve);
  if (parameters.length) left.append(h('h3', 'Parameters'), h('ul.fields', parameters.map(each =>
    field(each.name, {...plain(each.schema), description: each.description},
      [each.required && h('span.must', 'required'), h('span.type', 'in ' + each.in)], true))));
  const body = operation.requestBody && resolve(operation.requestBody);
  if (body) {
    for (const [type, media] of Object.entries(body.content))
      left.append(h('h3', 'Body', body.required ? '' : ' (optional)'), h('p.limits', h('code', type), ' ', typeOf(media.schema), media['x-lines'] && ', one a line'), content(media.schema, true));
  }
  left.append(h('h3', 'Answers'), h('div', Object.entries(operation.responses).map(([status, response], number) => answer(status, response, number === 0))));
  right.append(panel('Request', curlOf(verb, path, operation), false));
  if (body) {
    const [type, media] = Object.entries(body.content)[0];
    const example = exampleOf(media);
    if (example) right.append(panel(media['x-lines'] ? 'lines.ndjson' : 'Body · ' + type, example, true));
  }
  for (const [status, raw] of Object.entries(operation.responses).filter(([code]) => code[0] === '2'))
    for (const [type, media] of Object.entries(resolve(raw).content || {})) {
      const example = exampleOf(media);
      if (example) right.append(panel(status + ' · ' + type, example, true));
    }
  return h('div.inside', h('div.lead', operation.description && paragraphs(operation.description), h('ul.roles', access, scoped)), left, right);
}

function operations() {
  const all = [];
  for (const [path, item] of Object.entries(api.paths))
    for (const verb of verbs) if (item[verb]) all.push({verb, path, operation: item[verb], tag: item[verb].tags[0]});
  return all;
}

function draw() {
  const all = operations();
  const side = document.getElementById('side'), main = document.getElementById('content');
  const blocks = [];
  main.replaceChildren(h('div.intro', h('h1', api.info.title), paragraphs(api.info.description), h('div.facts',
    h('span', `version ${api.info.version} · ${all.length} operations`), h('a', {href: '/docs/openapi.json'}, 'OpenAPI 3 document'),
    h('button', {type: 'button', onclick: event => {
      const close = event.target.textContent.startsWith('Close');
      for (const each of blocks) if (!each.box.hidden) each.box.open = !close;
      event.target.textContent = close ? 'Open all' : 'Close all';
    }}, 'Open all'))));

  const sections = api.tags.map(tag => {
    const list = h('ul'), section = h('section.tag', h('h2', tag.name), h('p', tag.description || ''));
    const group = h('div', h('h2', tag.name), list);
    for (const each of all.filter(one => one.tag === tag.name)) {
      const {verb, path, operation} = each;
      const box = h('details.op', {id: operation.operationId}, h('summary',
        h('span.verb.' + verb, verb), h('span.path', path.split(/(\{[^}]+\})/).map(part => part[0] === '{' ? h('i', part) : part)),
        h('span.what', operation.summary)));
      const fill = () => { if (box.childElementCount === 1) box.append(inside(verb, path, operation)); };
      box.addEventListener('toggle', () => { if (box.open) fill(); });
      const link = h('a', {href: '#' + operation.operationId, title: path}, h('span.verb.' + verb, verb), h('span', operation.summary));
      const entry = h('li', link);
      list.append(entry);
      section.append(box);
      blocks.push({...each, box, link, entry, fill,
        text: [verb, path, operation.operationId, operation.summary, operation.description, tag.name].join(' ').toLowerCase()});
    }
    side.append(group);
    main.append(section);
    return {section, group, name: tag.name};
  });
  const nothing = h('p.none', {hidden: ''}, 'Nothing fits. Clear the search or choose every role.');
  main.append(nothing);

  const search = document.getElementById('search'), role = document.getElementById('role');
  for (const name of new Set(all.flatMap(each => each.operation['x-roles']))) role.append(h('option', {value: name}, name));
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const each of blocks) {
      const open = each.operation['x-access'] !== undefined;
      const fits = words.every(word => each.text.includes(word)) && (!role.value || open || each.operation['x-roles'].includes(role.value));
      each.box.hidden = each.entry.hidden = !fits;
    }
    for (const {section, group, name} of sections)
      section.hidden = group.hidden = !blocks.some(each => each.tag === name && !each.box.hidden);
    nothing.hidden = blocks.some(each => !each.box.hidden);
  };
  search.addEventListener('input', filter);
  role.addEventListener('change', filter);

  const menu = document.getElementById('menu');
  const showMenu = shown => { side.classList.toggle('open', shown); menu.setAttribute('aria-expanded', String(shown)); };
  menu.addEventListener('click', () => {
    showMenu(!side.classList.contains('open'));
    if (side.classList.contains('open')) scrollTo({top: 0, behavior: 'instant'});
  });

  const go = () => {
    const found = blocks.find(each => each.box.id === decodeURIComponent(location.hash.slice(1)));
    for (const each of blocks) each === found ? each.link.setAttribute('aria-current', 'true') : each.link.removeAttribute('aria-current');
    showMenu(false);
    if (!found) return;
    found.box.hidden = found.entry.hidden = found.box.parentElement.hidden = false;
    found.fill();  // before scrolling: what is made later moves the place
    found.box.open = true;
    found.link.scrollIntoView({block: 'nearest', behavior: 'instant'});
    found.box.scrollIntoView({behavior: 'instant'});
  };
  side.addEventListener('click', event => {
    const link = event.target.closest('a');
    if (link && link.hash === location.hash) go();
  });
  addEventListener('hashchange', go);

  document.addEventListener('keydown', event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === '/' && !typing) { event.preventDefault(); search.focus(); }
    if (event.key === 'Escape') {
      if (document.activeElement === search) { search.value = ''; filter(); }
      showMenu(false);
    }
    const inList = side.contains(document.activeElement) || document.activeElement === search;
    if (inList && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const links = blocks.filter(each => !each.entry.hidden).map(each => each.link);
      const next = links[links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  });
  go();
}

fetch('/docs/openapi.json').then(response => {
  if (!response.ok) throw new Error('status ' + response.status);
  return response.json();
}).then(document_ => { api = document_; draw(); }).catch(error => {
  const state = document.getElementById('state');
  if (state) state.textContent = 'The documentation could not be loaded: ' + error.message;
  else throw error;
});
