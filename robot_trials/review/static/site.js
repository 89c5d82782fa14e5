"use strict";
// Lane, zones, distance marks and fiducial boards of the replay.
const SiteScene = (() => {
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

  function pavingTexture(length, width) {
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
    texture.repeat.set(length / 1.2, width / 1.2);
    texture.colorSpace = THREE.SRGBColorSpace;
    texture.anisotropy = 8;
    return texture;
  }

  function addFlat(parent, x0, x1, y0, y1, z, options) {
    const mesh = new THREE.Mesh(new THREE.PlaneGeometry(x1 - x0, y1 - y0), new THREE.MeshStandardMaterial({ roughness: 0.95, ...options }));
    mesh.position.set((x0 + x1) / 2, (y0 + y1) / 2, z);
    mesh.receiveShadow = true;
    parent.add(mesh);
    return mesh;
  }

  function addZone(group, zone, half, color) {
    addFlat(group, zone[0], zone[1], -half, half, 0.006, { color, transparent: true, opacity: 0.28, depthWrite: false });
  }

  function addLane(group, site) {
    const half = site.lane.width / 2;
    const x0 = Math.min(site.start_zone[0], site.start[0]) - 3;
    const x1 = site.hand_over_zone[1] + 6;
    addFlat(group, x0, x1, -half, half, 0.002, { map: pavingTexture(x1 - x0, site.lane.width) });
    for (const y of [-half, half]) addFlat(group, x0, x1, y - 0.04, y + 0.04, 0.008, { color: 0xffffff });
    addZone(group, site.start_zone, half, 0x3c8f5f);
    addZone(group, site.hand_over_zone, half, 0x2f6fb5);
    for (const x of [0, site.lane.length]) addFlat(group, x - 0.03, x + 0.03, -half, half, 0.01, { color: 0xffffff });
    for (let mark = 10; mark < site.lane.length; mark += 10) {
      addFlat(group, mark - 0.02, mark + 0.02, -half, half, 0.008, { color: 0xffffff, transparent: true, opacity: 0.55 });
      const label = addFlat(group, mark - 0.5, mark + 0.5, half - 0.85, half - 0.35, 0.009, { map: textTexture(`${mark} m`), transparent: true, depthWrite: false });
      label.rotation.z = Math.PI;
    }
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

  function make(site, floorColor) {
    const group = new THREE.Group();
    const length = site ? site.lane.length : 20;
    addFlat(group, -60, length + 60, -60, 60, 0, { color: floorColor });
    if (!site) return group;
    addLane(group, site);
    for (const tag of site.fiducials) if (tag.mount === "map") addBoard(group, tag);
    return group;
  }

  return { make };
})();
