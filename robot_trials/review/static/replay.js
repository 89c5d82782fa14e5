"use strict";
// The 3D replay: everything in the scene is placed from the recorded motion for any moment asked for.
const Replay = (() => {
  const GIVER = 1;
  const ROBOT = 2;
  const RECEIVER = 4;
  const HOLD_BELOW_GRIP = 0.12;
  const ARM_TIME = 1.2;
  const EYE_HEIGHT = 0.85;
  const BOARD_HIDDEN_WITHIN = 3; // a board so close to the camera hides the robot
  const VIEWS = { quarter: [3.3, 2.1, 1.45], side: [0.3, 4.4, 1.1], front: [4.8, -0.3, 1.2], top: [-0.6, 0, 8] };
  const CLOTHES = {
    giver: { shirt: [0.8, 0.16, 0.14, 1], trousers: [0.16, 0.17, 0.22, 1] },
    receiver: { shirt: [0.13, 0.34, 0.7, 1], trousers: [0.8, 0.8, 0.83, 1] },
  };

  function decode(text, Type) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Type(bytes.buffer);
  }

  function color(name) {
    return new THREE.Color(getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  }

  // Position and quaternion of row `row` and a share of the way to the next.
  function placeBetween(object, poses, row, next, share) {
    const at = (index, offset, count) => poses.subarray(7 * index + offset, 7 * index + offset + count);
    object.position.fromArray(at(row, 0, 3)).lerp(new THREE.Vector3().fromArray(at(next, 0, 3)), share);
    object.quaternion.fromArray(at(row, 3, 4)).slerp(new THREE.Quaternion().fromArray(at(next, 3, 4)), share);
  }

  function makeLights(scene) {
    scene.add(new THREE.HemisphereLight(0xffffff, 0x8d9488, 1.7));
    const sun = new THREE.DirectionalLight(0xfff3e0, 2.2);
    sun.castShadow = true;
    sun.shadow.mapSize.set(1024, 1024);
    Object.assign(sun.shadow.camera, { left: -3, right: 3, top: 3, bottom: -3, near: 1, far: 16 });
    sun.shadow.bias = -0.0008;
    scene.add(sun, sun.target);
    return sun;
  }

  class Player {
    constructor(data, canvas) {
      this.data = data;
      this.canvas = canvas;
      this.joints = decode(data.joints, Float32Array);
      this.base = decode(data.base, Float32Array);
      this.torchPoses = data.torch ? decode(data.torch, Float32Array) : null;
      this.holders = data.holders ? decode(data.holders, Uint8Array) : null;
      this.width = data.joint_names.length;
      this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
      this.renderer.shadowMap.enabled = true;
      this.renderer.shadowMap.type = THREE.PCFShadowMap;
      this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
      this.camera = new THREE.PerspectiveCamera(38, 1, 0.05, 250);
      this.camera.up.set(0, 0, 1);
      this.controls = new THREE.OrbitControls(this.camera, canvas);
      this.controls.maxPolarAngle = 1.55;
      this.controls.minDistance = 0.8;
      this.controls.maxDistance = 40;
      this.controls.addEventListener("change", () => this.draw());
      this.controls.target.set(0, 0, EYE_HEIGHT);
      this.build();
      this.look("quarter");
    }

    build() {
      this.scene = new THREE.Scene();
      this.scene.background = color("--sky");
      this.scene.fog = new THREE.Fog(color("--sky"), 25, 75);
      this.sun = makeLights(this.scene);
      const site = SiteScene.make(this.data.site, color("--floor"));
      this.boards = site.children.filter((child) => child.userData.board);
      this.scene.add(site);
      this.robot = Figures.makeRobot(this.data.geometry, this.data.joint_names);
      this.scene.add(this.robot.root);
      this.people = {};
      if (this.data.site)
        for (const name of ["giver", "receiver"]) {
          this.people[name] = Figures.makePerson(this.data.site[name].stance, CLOTHES[name]);
          this.scene.add(this.people[name].group);
        }
      if (this.torchPoses) {
        this.torch = Figures.makeTorch();
        this.scene.add(this.torch);
      }
    }

    // Last moment at which the giver held the torch [s].
    releaseTime() {
      if (this.release === undefined) {
        let row = this.holders ? this.holders.length - 1 : -1;
        while (row >= 0 && !(this.holders[row] & GIVER)) row--;
        this.release = this.data.start + row / this.data.rate;
      }
      return this.release;
    }

    moveArms(time, holders) {
      const hold = this.torch && new THREE.Vector3(0, 0, -HOLD_BELOW_GRIP).applyQuaternion(this.torch.quaternion).add(this.torch.position);
      const offered = (name) => new THREE.Vector3(...this.data.site[name].grip).add(new THREE.Vector3(0, 0, -HOLD_BELOW_GRIP));
      if (!this.data.site) return;
      const since = Math.max(0, (time - this.releaseTime()) / ARM_TIME);
      if (holders & GIVER) this.people.giver.reach(hold);
      else if (since < 1 && this.torch) {
        const away = offered("giver").add(new THREE.Vector3(0.3 * since, -0.35 * since, -0.25 * since));
        this.people.giver.reach(away);
      } else this.people.giver.reach(null);
      this.people.receiver.reach(holders & RECEIVER ? hold : offered("receiver"));
    }

    // Place everything for a moment of the trial [s] and draw it.
    show(time) {
      const { rate, start, count } = this.data;
      const exact = Math.min(Math.max((time - start) * rate, 0), count - 1);
      const row = Math.floor(exact);
      const next = Math.min(row + 1, count - 1);
      const share = exact - row;
      const angles = new Float32Array(this.width);
      for (let index = 0; index < this.width; index++) {
        const from = this.joints[row * this.width + index];
        angles[index] = from + share * (this.joints[next * this.width + index] - from);
      }
      this.robot.pose(angles);
      placeBetween(this.robot.root, this.base, row, next, share);
      if (this.torch) placeBetween(this.torch, this.torchPoses, row, next, share);
      this.moveArms(time, this.holders ? this.holders[row] : ROBOT);
      this.follow(this.robot.root.position);
      this.draw();
    }

    follow(position) {
      const shift = new THREE.Vector3(position.x, position.y, EYE_HEIGHT).sub(this.controls.target);
      this.controls.target.add(shift);
      this.camera.position.add(shift);
      this.sun.target.position.copy(this.controls.target);
      this.sun.position.copy(this.controls.target).add(new THREE.Vector3(2.2, 2.6, 6));
    }

    look(view) {
      const target = this.controls.target;
      this.camera.position.set(...VIEWS[view]).add(new THREE.Vector3(target.x, target.y, 0));
      this.controls.update(); // draws
    }

    draw() {
      const { clientWidth, clientHeight } = this.canvas;
      if (!clientWidth || !clientHeight) return;
      const size = `${clientWidth}x${clientHeight}`;
      if (size !== this.size) {
        this.size = size;
        this.renderer.setSize(clientWidth, clientHeight, false);
        this.camera.aspect = clientWidth / clientHeight;
        this.camera.updateProjectionMatrix();
      }
      for (const stand of this.boards) stand.visible = stand.userData.board.distanceTo(this.camera.position) > BOARD_HIDDEN_WITHIN;
      this.renderer.render(this.scene, this.camera);
    }
  }

  // The player, or null where the browser cannot draw.
  function make(data, canvas) {
    try {
      return new Player(data, canvas);
    } catch (error) {
      console.info(`no replay: ${error.message}`);
      return null;
    }
  }

  return { make };
})();
