"use strict";
// Floor, painted and paved ground, labels on it, and fiducial boards of the replay.
const Ground = (() => {
  function textTexture(text, { width = 256, height = 128, ink = "#ffffff", ground = null, size = 96 } = {}) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    if (ground) {
      context.fillStyle = ground;
      context.fillRect(0, 0, width, height);
    }
    context.fillStyle = ink;
    context.font = `600 ${size}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, width / 2, height / 2);
    const texture = new THREE.CanvasTexture(canvas);
    texture.colorSpace = THREE.SRGBColorSpace;
    texture.anisotropy = 4;
    return texture;
  }

  const STONES = 1.2; // edge of the paving's pattern [m]
  // What lies millimetres above the floor is drawn after it, and seen where both have the same depth.
  const ON_TOP = { polygonOffset: true, polygonOffsetFactor: -1, polygonOffsetUnits: -4 };

  function pavingTexture() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 256;
    const context = canvas.getContext("2d");
    context.fillStyle = "#9aa0a3";
    context.fillRect(0, 0, 256, 256);
    for (let row = 0; row < 4; row++)
      for (let column = -1; column < 3; column++) {
        const shade = 146 + ((row * 7 + column * 13 + 26) % 5) * 4;
        context.fillStyle = `rgb(${shade},${shade + 4},${shade + 6})`;
        context.fillRect(column * 128 + (row % 2) * 64 + 2, row * 64 + 2, 124, 60);
      }
    const texture = new THREE.CanvasTexture(canvas);
    texture.wrapS = texture.wrapT = THREE.RepeatWrapping;
    texture.colorSpace = THREE.SRGBColorSpace;
    texture.anisotropy = 8;
    return texture;
  }

  // A convex polygon; the picture of a paved one begins at its first corner.
  function addPatch(group, { corners, colour, height, paved }) {
    const shape = new THREE.BufferGeometry();
    const [x0, y0] = corners[0];
    const fan = corners.slice(2).map((_, index) => [0, index + 1, index + 2]).flat();
    const flat = (of) => new Float32Array(fan.flatMap((index) => of(corners[index])));
    shape.setAttribute("position", new THREE.Float32BufferAttribute(flat(([x, y]) => [x, y, 0]), 3));
    shape.setAttribute("normal", new THREE.Float32BufferAttribute(flat(() => [0, 0, 1]), 3));
    shape.setAttribute("uv", new THREE.Float32BufferAttribute(flat(([x, y]) => [(x - x0) / STONES, (y - y0) / STONES]), 2));
    const rgba = paved ? [1, 1, 1, colour[3]] : colour;
    const paint = Figures.material(rgba, { roughness: 0.95, metalness: 0, side: THREE.DoubleSide, depthWrite: colour[3] === 1, ...ON_TOP });
    if (paved) paint.map = pavingTexture();
    const mesh = new THREE.Mesh(shape, paint);
    mesh.renderOrder = height;
    mesh.position.z = height;
    mesh.receiveShadow = true;
    group.add(mesh);
  }

  function addLabel(group, { text, position, yaw, height }) {
    const paint = new THREE.MeshStandardMaterial({ roughness: 0.95, map: textTexture(text), transparent: true, depthWrite: false, ...ON_TOP });
    const mesh = new THREE.Mesh(new THREE.PlaneGeometry(2 * height, height), paint);
    mesh.renderOrder = position[2];
    mesh.position.set(...position);
    mesh.rotation.z = yaw;
    group.add(mesh);
  }

  function addBoard(group, tag) {
    const pose = new THREE.Matrix4().set(...tag.transform.flat());
    const board = new THREE.Group();
    board.applyMatrix4(pose);
    Figures.add(board, "box", [1.25 * tag.size, 1.25 * tag.size, 0.012], [0, 0, -0.008], [0.97, 0.97, 0.97, 1]);
    const face = new THREE.Mesh(
      new THREE.PlaneGeometry(tag.size, tag.size),
      new THREE.MeshStandardMaterial({ map: textTexture(String(tag.id), { width: 128, ground: "#101214", size: 52 }), roughness: 0.9 }),
    );
    board.add(face);
    const stand = new THREE.Group();
    stand.add(board);
    stand.userData.board = board.position;
    const { x, y, z } = board.position;
    if (z > 0.3) Figures.add(stand, "cylinder", [0.02, z], [x, y, z / 2], [0.35, 0.37, 0.4, 1]);
    group.add(stand);
  }

  // Everything that never moves; boards carry their place in `userData.board`.
  function make({ floor, scene, boards }, floorColor) {
    const group = new THREE.Group();
    const [x0, x1, y0, y1] = floor;
    const plane = new THREE.Mesh(new THREE.PlaneGeometry(x1 - x0, y1 - y0), new THREE.MeshStandardMaterial({ roughness: 0.95, color: floorColor }));
    plane.position.set((x0 + x1) / 2, (y0 + y1) / 2, 0);
    plane.receiveShadow = true;
    group.add(plane);
    for (const patch of scene.ground) addPatch(group, patch);
    for (const label of scene.labels) addLabel(group, label);
    for (const tag of boards) addBoard(group, tag);
    return group;
  }

  return { make };
})();
