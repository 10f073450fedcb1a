// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { ISluice } from "../../src/interfaces/ISluice.sol";
import {
    ChannelTerms,
    CompactSignature,
    GroupRedemption,
    LaneLocks,
    Party,
    Redemption,
    SignedCloseRequest,
    SignedLane,
    SignedVoucher,
    Subtree,
    SubtreeSlot,
    Unlock,
    VirtualGroup,
    VirtualTerms
} from "../../src/interfaces/SluiceTypes.sol";
import { Refuser } from "../mocks/Recipients.sol";
import { FixedResolver } from "../mocks/Resolvers.sol";
import { Token } from "../mocks/Token.sol";
import { Reference } from "../support/Reference.sol";
import { ChannelModel, Model, VirtualModel } from "./Model.sol";

/// @notice Plays payer, payee, hub and outsiders who cheat: they replay, reorder, equivocate, sign with wrong keys, front-run,
/// settle early and late, and deposit dust. Every call's success is foretold by the model, and every payout counted.
contract Handler is Test {
    using Model for ChannelModel;

    uint256 internal constant CHANNELS = 4;
    uint256 internal constant VIRTUALS = 4;
    uint128 internal constant CAPACITY = 1000;

    ISluice public immutable sluice;
    Token public immutable token;
    Refuser public immutable refuser;
    FixedResolver internal immutable resolver;
    uint32 internal immutable window;

    ChannelModel[CHANNELS] internal channels;
    VirtualModel[VIRTUALS] internal virtuals;
    bool internal resolved;
    uint128 internal resolution;

    uint256[4] internal keys;
    address[4] internal signers;
    address[4] internal accounts;

    // per token (0 native, 1 token): what came in, and what each account is due in total
    uint256[2] public moneyIn;
    mapping(address account => uint256)[2] internal due;

    struct Call {
        address sender;
        bytes input;
    }

    Call[] internal past;

    bool public broken;
    string public why;
    uint256 public calls;
    uint256 public successes;

    constructor(ISluice sluice_, Token token_, uint32 window_) {
        window = window_;
        sluice = sluice_;
        token = token_;
        refuser = new Refuser();
        resolver = new FixedResolver("swap", 1);
        makeActors();
        for (uint256 i; i < VIRTUALS; ++i) {
            makeVirtual(i);
        }
        for (uint256 i; i < CHANNELS; ++i) {
            makeChannel(i);
        }
    }

    function makeActors() private {
        keys = [uint256(0x1111), 0x2222, 0x3333, 0x4444];
        for (uint256 i; i < 4; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(keys[j]) < vm.addr(keys[j - 1]); --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
        for (uint256 i; i < 4; ++i) {
            signers[i] = vm.addr(keys[i]);
            accounts[i] = address(uint160(0xACC0000 + i));
        }
        accounts[2] = address(refuser);
    }

    /// @dev Payers, hubs and payees of every order, so that lanes hold locks that run along the path.
    function makeVirtual(uint256 i) private {
        VirtualTerms storage t = virtuals[i].terms;
        t.path = [signers[i % 4], signers[(i + 1) % 4], signers[(i + 2) % 4]];
        (t.capacity, t.disputeWindow, t.nonce) = (CAPACITY, window / 2, nonceOf(i));
        virtuals[i].id = sluice.virtualId(t);
    }

    function makeChannel(uint256 i) private {
        ChannelModel storage c = channels[i];
        (uint256 a, uint256 b) = i < 2 ? (i, i + 1) : (i - 2, 3);
        c.terms = ChannelTerms(
            Party(accounts[a], signers[a]),
            Party(accounts[b], signers[b]),
            i % 2 == 0 ? address(0) : address(token),
            window,
            nonceOf(i)
        );
        c.id = sluice.channelId(c.terms);
        c.root = [Reference.rootOf(leavesOf(0)), Reference.rootOf(leavesOf(1))];
    }

    /// @dev The last of them may be used only once some time has passed: its minute is too far ahead until then.
    function nonceOf(uint256 i) private view returns (uint64) {
        if (i != 3) return uint64(i);
        return uint64((block.timestamp + 1 days) / 60 + 2) << 32;
    }

    function isAhead(uint64 nonce) private view returns (bool) {
        return uint256(nonce >> 32) * 60 > block.timestamp + 1 days;
    }

    // ---- locks: in every lane two virtual channels and one other resolver ----

    function lockOf(uint256 lane, uint256 index) private view returns (Unlock memory item) {
        bytes32[] memory none;
        if (index == 2) return Unlock(2, 700, address(resolver), "swap", 1, none);
        return Unlock(uint32(index), CAPACITY, address(sluice), virtuals[2 * lane + index].id, 0, none);
    }

    function leavesOf(uint256 lane) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](3);
        for (uint256 i; i < 3; ++i) {
            Unlock memory lock = lockOf(lane, i);
            leaves[i] = Reference.leaf(lock.index, lock.amount, Reference.condition(lock.resolver, lock.id, lock.side));
        }
    }

    function answerOf(uint256 lane, uint256 index) private view returns (bool isFinal, uint256 payout) {
        if (index == 2) return (resolved, resolution);
        VirtualModel storage v = virtuals[2 * lane + index];
        return (v.finalAt != 0 && block.timestamp >= v.finalAt, v.amount);
    }

    // ---- doing and counting ----

    function signerIndex(ChannelModel storage c, uint256 party) private view returns (uint256) {
        address signer = party == 0 ? c.terms.a.signer : c.terms.b.signer;
        for (uint256 i; i < 4; ++i) {
            if (signers[i] == signer) return i;
        }
        revert("no such signer");
    }

    function keyOf(ChannelModel storage c, uint256 party) private view returns (uint256) {
        return keys[signerIndex(c, party)];
    }

    function accountOf(ChannelModel storage c, uint256 party) private view returns (address) {
        return party == 0 ? c.terms.a.account : c.terms.b.account;
    }

    function sign(uint256 key, bytes32 digest) private pure returns (CompactSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return CompactSignature(r, bytes32(uint256(s) | uint256(v - 27) << 255));
    }

    function asset(ChannelModel storage c) private view returns (uint256) {
        return c.terms.token == address(0) ? 0 : 1;
    }

    function owe(ChannelModel storage c, uint256 party, uint256 amount) private {
        due[asset(c)][accountOf(c, party)] += amount;
    }

    /// @dev Calls, and holds the outcome to what was foretold.
    function attempt(address sender, bytes memory input, bool foretold, string memory what) private returns (bool ok) {
        ++calls;
        vm.prank(sender);
        (ok,) = address(sluice).call(input);
        if (ok) ++successes;
        if (ok != foretold) complain(what);
        if (!ok || !isOneTime(bytes4(input))) return ok;
        if (past.length < 64) past.push(Call(sender, input));
        else past[calls % 64] = Call(sender, input);
    }

    function complain(string memory what) private {
        broken = true;
        why = what;
    }

    // ---- actions ----

    function deposit(uint256 n, uint8 party, uint96 amount) external {
        ChannelModel storage c = channels[n % CHANNELS];
        party = party % 3;
        // dust now and then
        amount = amount % 7 == 0 ? 1 : amount % 5000;
        bool good = !isAhead(c.terms.nonce) && !c.isOver() && party < 2 && amount != 0;
        ++calls;
        bool ok;
        if (asset(c) == 0) {
            vm.deal(address(this), amount);
            (ok,) = address(sluice).call{ value: amount }(abi.encodeCall(sluice.depositWithValue, (c.terms, party)));
        } else {
            token.mint(address(this), amount);
            token.approve(address(sluice), amount);
            (ok,) = address(sluice).call(abi.encodeCall(sluice.depositWithAllowance, (c.terms, party, amount)));
        }
        if (ok != good) complain("deposit");
        if (!ok) return;
        ++successes;
        moneyIn[asset(c)] += amount;
        c.deposits[party] += amount;
    }

    /// @dev Who sends what both agreed to: an outsider with both signatures, or one of the two, whose own signature is left out.
    struct Agreement {
        // 0 a's signer, 1 b's signer, 2 an outsider
        uint256 by;
        // 0 a's signature is by b, 1 b's is by a, 2 both are right
        uint256 forged;
    }

    function agreementOf(uint256 seed) private pure returns (Agreement memory) {
        return Agreement(seed % 3, (seed >> 8) % 6 < 2 ? (seed >> 8) % 6 : 2);
    }

    /// @dev The sender's own signature is not looked at, so a wrong one there does no harm.
    function isAgreed(Agreement memory g) private pure returns (bool) {
        return g.forged == 2 || g.forged == g.by;
    }

    function agreedSender(ChannelModel storage c, Agreement memory g) private view returns (address) {
        return g.by == 2 ? address(this) : signers[signerIndex(c, g.by)];
    }

    function agreed(ChannelModel storage c, bytes32 digest, Agreement memory g)
        private
        view
        returns (CompactSignature memory a, CompactSignature memory b)
    {
        if (g.by != 0 || g.forged == 0) a = sign(keyOf(c, g.forged == 0 ? 1 : 0), digest);
        if (g.by != 1 || g.forged == 1) b = sign(keyOf(c, g.forged == 1 ? 0 : 1), digest);
    }

    function withdraw(uint256 n, uint8 party, uint16 more, uint256 how) external {
        ChannelModel storage c = channels[n % CHANNELS];
        party = party % 2;
        uint256 part = more % 2000;
        Agreement memory g = agreementOf(how);
        bool good = isAgreed(g) && !c.isOver() && part != 0 && part <= c.pot();
        bytes memory input = withdrawal(c, party, uint128(c.withdrawn[party] + part), g);
        if (!attempt(agreedSender(c, g), input, good, "withdraw")) return;
        c.withdrawn[party] += part;
        owe(c, party, part);
    }

    function withdrawal(ChannelModel storage c, uint8 party, uint128 total, Agreement memory g)
        private
        view
        returns (bytes memory)
    {
        uint64 deadline = uint64(block.timestamp);
        bytes32 digest = Reference.withdrawal(address(sluice), c.id, party, total, deadline);
        (CompactSignature memory a, CompactSignature memory b) = agreed(c, digest, g);
        return abi.encodeCall(sluice.withdraw, (c.terms, party, total, deadline, a, b, 0));
    }

    function close(uint256 n, uint8 from, uint16 amount, uint256 how, uint8 luck) external {
        // closing together ends a channel: seldom, so that the others are met too
        if (luck % 16 != 0) return;
        ChannelModel storage c = channels[n % CHANNELS];
        from = from % 2;
        Agreement memory g = agreementOf(how);
        int256[2] memory share = [c.balance(0), c.balance(1)];
        share[from] -= int256(uint256(amount));
        share[1 - from] += int256(uint256(amount));
        bool good = !isAhead(c.terms.nonce) && isAgreed(g) && !c.isOver() && share[0] >= 0 && share[1] >= 0;
        if (!attempt(agreedSender(c, g), closing(c, from, amount, g), good, "close")) return;
        c.closed = true;
        owe(c, 0, uint256(share[0]));
        owe(c, 1, uint256(share[1]));
    }

    function closing(ChannelModel storage c, uint8 from, uint128 amount, Agreement memory g)
        private
        view
        returns (bytes memory)
    {
        uint64 deadline = uint64(block.timestamp + 1);
        bytes32 digest = Reference.close(address(sluice), c.id, from, amount, deadline);
        (CompactSignature memory a, CompactSignature memory b) = agreed(c, digest, g);
        return abi.encodeCall(sluice.close, (c.terms, from, amount, deadline, a, b, uint8(amount)));
    }

    struct Show {
        uint256 lane;
        uint64 seq;
        uint128 paid;
        bool locks;
        // 0 the receiver shows, 1 the payer shows without the receiver, 2 anyone with both signatures, 3 a forged payer
        uint256 how;
    }

    function showOf(ChannelModel storage c, uint256 seed) private view returns (Show memory s) {
        s.lane = seed % 2;
        // around the newest, so that stale and equal ones come up
        s.seq = uint64(c.seq[s.lane] + (seed >> 8) % 4);
        s.paid = uint128((seed >> 16) % 6000);
        s.locks = (seed >> 32) % 2 == 0;
        s.how = (seed >> 40) % 4;
    }

    function signed(ChannelModel storage c, Show memory s) private view returns (SignedLane memory v) {
        v.lane = uint8(s.lane);
        v.seq = s.seq;
        v.paid = s.paid;
        if (s.locks) (v.locked, v.locksRoot) = (2 * CAPACITY + 700, c.root[s.lane]);
        bytes32 digest = Reference.laneVoucher(address(sluice), c.id, v.lane, v.seq, v.paid, v.locked, v.locksRoot);
        v.payerSignature = sign(s.how == 3 ? keyOf(c, 1 - s.lane) : keyOf(c, s.lane), digest);
        if (s.how == 2) v.receiverSignature = sign(keyOf(c, 1 - s.lane), digest);
    }

    function senderOf(ChannelModel storage c, Show memory s) private view returns (address) {
        if (s.how == 2) return address(this);
        uint256 party = s.how == 1 ? s.lane : 1 - s.lane;
        return s.seq % 2 == 0 ? signers[signerIndex(c, party)] : accountOf(c, party);
    }

    function take(ChannelModel storage c, Show memory s) private {
        c.seq[s.lane] = s.seq;
        c.paid[s.lane] = s.paid;
        c.locked[s.lane] = s.locks ? 2 * CAPACITY + 700 : 0;
    }

    function startClose(uint256 n, uint256 seed, bool withVoucher, uint8 relayed) external {
        ChannelModel storage c = channels[n % CHANNELS];
        Show memory s = showOf(c, seed);
        SignedLane memory v;
        if (withVoucher) v = signed(c, s);
        bool shows = v.seq != 0;
        bool good = !isAhead(c.terms.nonce) && !c.isOver() && c.closesAt == 0;
        bool ok;
        if (relayed % 3 == 0) {
            bool late = relayed % 9 == 0;
            good = good && !late && (!shows || s.how == 2);
            bytes memory input =
                abi.encodeCall(sluice.startCloseFor, (c.terms, v, requestOf(signerIndex(c, s.lane), c.id, late)));
            ok = attempt(address(this), input, good, "startCloseFor");
        } else {
            address sender = senderOf(c, s);
            good = good && sender != address(this) && (!shows || s.how == 0);
            ok = attempt(sender, abi.encodeCall(sluice.startClose, (c.terms, v)), good, "startClose");
        }
        if (!ok) return;
        c.closesAt = block.timestamp + window;
        if (shows) take(c, s);
    }

    function requestOf(uint256 i, bytes32 id, bool late) private view returns (SignedCloseRequest memory) {
        uint64 deadline = uint64(late ? block.timestamp - 1 : block.timestamp);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i], Reference.closeRequest(address(sluice), id, deadline));
        return SignedCloseRequest(signers[i], deadline, abi.encodePacked(r, s, v));
    }

    function updateLane(uint256 n, uint256 seed) external {
        ChannelModel storage c = channels[n % CHANNELS];
        Show memory s = showOf(c, seed);
        bool good = !c.isOver() && c.closesAt != 0 && block.timestamp < c.closesAt && s.seq > c.seq[s.lane]
            && (s.how == 0 || s.how == 2);
        bytes memory input = abi.encodeCall(sluice.updateLane, (c.terms, signed(c, s)));
        if (attempt(senderOf(c, s), input, good, "updateLane")) take(c, s);
    }

    /// @dev Both lanes, or twice the same one: what is refused is skipped.
    function updateLanes(uint256 n, uint256 seed) external {
        ChannelModel storage c = channels[n % CHANNELS];
        SignedLane[] memory vouchers = new SignedLane[](2);
        Show[2] memory shows;
        for (uint256 i; i < 2; ++i) {
            shows[i] = showOf(c, uint256(keccak256(abi.encode(seed, i))));
            vouchers[i] = signed(c, shows[i]);
        }
        address sender = senderOf(c, shows[0]);
        bool good = !c.isOver() && c.closesAt != 0 && block.timestamp < c.closesAt;
        if (!attempt(sender, abi.encodeCall(sluice.updateLanes, (c.terms, vouchers)), good, "updateLanes")) return;
        for (uint256 i; i < 2; ++i) {
            Show memory s = shows[i];
            address receiver = s.lane == 0 ? c.terms.b.signer : c.terms.a.signer;
            bool isReceiver = sender == receiver || sender == accountOf(c, 1 - s.lane);
            if (s.seq > c.seq[s.lane] && s.how != 3 && (s.how == 2 || isReceiver)) take(c, s);
        }
    }

    function settle(uint256 n, uint8 mask, uint8 lie) external {
        ChannelModel storage c = channels[n % CHANNELS];
        LaneLocks memory locks0 = LaneLocks(uint128(c.locked[0]), c.locked[0] == 0 ? bytes32(0) : c.root[0]);
        LaneLocks memory locks1 = LaneLocks(uint128(c.locked[1]), c.locked[1] == 0 ? bytes32(0) : c.root[1]);
        if (lie % 8 == 0) locks0.locked += 1;
        bool good =
            !c.isOver() && c.closesAt != 0 && block.timestamp >= c.closesAt && (lie % 8 != 0 || c.locked[0] == 0);
        bytes memory input = abi.encodeCall(sluice.settle, (c.terms, locks0, locks1, mask));
        if (!attempt(address(this), input, good, "settle")) return;
        uint256[2] memory shares = c.settle();
        owe(c, 0, shares[0]);
        owe(c, 1, shares[1]);
    }

    function itemOf(uint256 lane, uint256 index) private view returns (Unlock memory item) {
        item = lockOf(lane, index);
        item.proof = Reference.proofOf(leavesOf(lane), index);
    }

    function unlockable(ChannelModel storage c, uint256 lane, uint256 index) private view returns (bool) {
        (bool isFinal,) = answerOf(lane, index);
        return c.settled && c.pool[lane] != 0 && !c.unlocked[lane][index] && isFinal;
    }

    function paid(ChannelModel storage c, uint256 lane, uint256 index) private {
        (, uint256 payout) = answerOf(lane, index);
        (uint256 toReceiver, uint256 toPayer) = c.unlock(lane, index, index == 2 ? 700 : CAPACITY, payout);
        owe(c, 1 - lane, toReceiver);
        owe(c, lane, toPayer);
    }

    function unlock(uint256 n, uint256 seed, uint8 mask) external {
        ChannelModel storage c = channels[n % CHANNELS];
        (uint256 lane, uint256 index, uint256 lie) = (seed % 2, (seed >> 8) % 3, (seed >> 16) % 8);
        Unlock memory item = itemOf(lane, index);
        if (lie == 0) item.amount += 1;
        if (lie == 1) item.index += 1;
        bool good = lie > 1 && unlockable(c, lane, index);
        bytes memory input = abi.encodeCall(sluice.unlock, (c.terms, uint8(lane), uint128(c.locked[lane]), item, mask));
        if (attempt(address(this), input, good, "unlock")) paid(c, lane, index);
    }

    function unlockBatch(uint256 n, uint256 seed, uint8 mask) external {
        ChannelModel storage c = channels[n % CHANNELS];
        uint256 lane = seed % 2;
        // the same slot may come twice, and any order
        Unlock[] memory items = new Unlock[](4);
        for (uint256 i; i < 4; ++i) {
            items[i] = itemOf(lane, (seed >> (8 + 8 * i)) % 3);
        }
        bytes memory input =
            abi.encodeCall(sluice.unlockBatch, (c.terms, uint8(lane), uint128(c.locked[lane]), items, mask));
        if (!attempt(address(this), input, c.settled && c.pool[lane] != 0, "unlockBatch")) return;
        for (uint256 i; i < 4; ++i) {
            // a pool that an item before has emptied is looked at only in the next call
            if (decided(c, lane, items[i].index)) paid(c, lane, items[i].index);
        }
    }

    function decided(ChannelModel storage c, uint256 lane, uint256 index) private view returns (bool isFinal) {
        (isFinal,) = answerOf(lane, index);
        isFinal = isFinal && !c.unlocked[lane][index];
    }

    /// @dev The whole tree, or its first two slots; any lock may be given by its leaf alone, which leaves it alone.
    function partOf(uint256 lane, uint256 seed) private view returns (Subtree memory part) {
        bytes32[] memory leaves = leavesOf(lane);
        bool isWhole = (seed >> 8) % 2 == 0;
        part.slots = new SubtreeSlot[](isWhole ? 3 : 2);
        for (uint256 i; i < part.slots.length; ++i) {
            bool isGiven = i < 2 && (seed >> (16 + i)) % 4 != 0;
            part.slots[i] = isGiven ? SubtreeSlot(CAPACITY, lockOf(lane, i).id) : SubtreeSlot(0, leaves[i]);
        }
        if (isWhole) return part;
        part.proof = new bytes32[](1);
        part.proof[0] = Reference.rootOf(leaves, 2, 1);
    }

    function unlockSubtree(uint256 n, uint256 seed, uint8 mask) external {
        ChannelModel storage c = channels[n % CHANNELS];
        uint256 lane = seed % 2;
        Subtree memory part = partOf(lane, seed);
        bool lies = (seed >> 24) % 8 == 0;
        if (lies) part.slots[0].idOrLeaf = keccak256("another");
        bytes memory input =
            abi.encodeCall(sluice.unlockSubtree, (c.terms, uint8(lane), uint128(c.locked[lane]), part, mask));
        bool good = c.settled && c.pool[lane] != 0 && !lies;
        if (!attempt(address(this), input, good, "unlockSubtree")) return;
        for (uint256 i; i < 2; ++i) {
            if (part.slots[i].amount != 0 && decided(c, lane, i)) paid(c, lane, i);
        }
    }

    /// @dev By anyone, of both virtual channels with a lock in the lane, whether or not the lane runs along their paths.
    function closeVirtualsByLocks(uint256 n, uint256 seed, bool swapped) external {
        ChannelModel storage c = channels[n % CHANNELS];
        uint256 lane = seed % 2;
        Subtree memory part = partOf(lane, seed);
        VirtualTerms[] memory items = new VirtualTerms[](2);
        for (uint256 i; i < 2; ++i) {
            items[swapped ? 1 - i : i] = virtuals[2 * lane + i].terms;
        }
        bytes memory input =
            abi.encodeCall(sluice.closeVirtualsByLocks, (items, c.terms, uint8(lane), uint128(c.locked[lane]), part));
        if (!attempt(address(this), input, c.settled && c.pool[lane] != 0, "closeVirtualsByLocks")) return;
        (address payer, address receiver) =
            lane == 0 ? (c.terms.a.signer, c.terms.b.signer) : (c.terms.b.signer, c.terms.a.signer);
        // swapped, the first lock is found only if the second is not before it
        bool secondGiven = part.slots[1].amount != 0;
        for (uint256 i; i < 2; ++i) {
            if (part.slots[i].amount == 0 || (swapped && i == 0 && secondGiven)) continue;
            VirtualModel storage v = virtuals[2 * lane + i];
            if (runsAlong(v.terms.path, payer, receiver)) startWindow(v);
        }
    }

    function runsAlong(address[] storage path, address payer, address receiver) private view returns (bool) {
        for (uint256 i = 1; i < path.length; ++i) {
            if (path[i - 1] == payer && path[i] == receiver) return true;
        }
        return false;
    }

    function closeVirtual(uint256 n, uint256 who, bool relayed) external {
        VirtualModel storage v = virtuals[n % VIRTUALS];
        uint256 i = who % 4;
        bool good = !isAhead(v.terms.nonce) && i != (n % VIRTUALS + 3) % 4;
        bytes memory input = relayed
            ? abi.encodeCall(sluice.closeVirtualFor, (v.terms, requestOf(i, v.id, false)))
            : abi.encodeCall(sluice.closeVirtual, (v.terms));
        if (attempt(relayed ? address(this) : signers[i], input, good, "closeVirtual")) startWindow(v);
    }

    function startWindow(VirtualModel storage v) private {
        if (v.finalAt == 0 && !isAhead(v.terms.nonce)) v.finalAt = block.timestamp + window / 2;
    }

    /// @dev Three of them, perhaps one twice, by a member or an outsider, by itself or by one request for all.
    function closeVirtuals(uint256 seed, uint256 who, bool relayed) external {
        VirtualTerms[] memory items = new VirtualTerms[](3);
        bytes32[] memory ids = new bytes32[](3);
        for (uint256 i; i < 3; ++i) {
            VirtualModel storage v = virtuals[(seed >> (8 * i)) % VIRTUALS];
            (items[i], ids[i]) = (v.terms, v.id);
        }
        uint256 by = who % 4;
        bytes memory input = relayed
            ? abi.encodeCall(sluice.closeVirtualsFor, (items, requestOfAll(by, ids)))
            : abi.encodeCall(sluice.closeVirtuals, (items));
        if (!attempt(relayed ? address(this) : signers[by], input, true, "closeVirtuals")) return;
        for (uint256 i; i < 3; ++i) {
            uint256 n = (seed >> (8 * i)) % VIRTUALS;
            if (by != (n + 3) % 4) startWindow(virtuals[n]);
        }
    }

    function requestOfAll(uint256 i, bytes32[] memory ids) private view returns (SignedCloseRequest memory) {
        uint64 deadline = uint64(block.timestamp);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i], Reference.closeRequest(address(sluice), ids, deadline));
        return SignedCloseRequest(signers[i], deadline, abi.encodePacked(r, s, v));
    }

    function voucherOf(uint256 n, uint128 amount, bool forged) private view returns (SignedVoucher memory s) {
        VirtualModel storage v = virtuals[n];
        s.amount = amount;
        bytes32 digest = Reference.voucher(address(sluice), v.id, amount, 0, 0, 0);
        s.signature = sign(keys[forged ? (n + 1) % 4 : n % 4], digest);
    }

    function redeemable(uint256 n, uint256 who, uint256 amount, bool forged) private view returns (bool) {
        VirtualModel storage v = virtuals[n];
        if (forged || isAhead(v.terms.nonce)) return false;
        if (v.finalAt == 0) return who % 4 != (n + 3) % 4;
        return block.timestamp < v.finalAt && (amount < CAPACITY ? amount : CAPACITY) > v.amount;
    }

    function redeemed(uint256 n, uint256 amount) private {
        VirtualModel storage v = virtuals[n];
        startWindow(v);
        v.amount = amount < CAPACITY ? amount : CAPACITY;
    }

    function redeem(uint256 n, uint256 who, uint16 amount, bool forged) external {
        n %= VIRTUALS;
        amount = amount % 1300;
        bytes memory input = abi.encodeCall(sluice.redeem, (virtuals[n].terms, voucherOf(n, amount, forged)));
        bool good = redeemable(n, who, amount, forged);
        if (attempt(signers[who % 4], input, good, "redeem")) redeemed(n, amount);
    }

    function redeemBatch(uint256 who, uint256 seed) external {
        Redemption[] memory items = new Redemption[](3);
        for (uint256 i; i < 3; ++i) {
            uint256 n = (seed >> (8 * i)) % VIRTUALS;
            items[i] = Redemption(
                virtuals[n].terms, voucherOf(n, uint128((seed >> (32 + 16 * i)) % 1300), (seed >> (100 + i)) % 4 == 0)
            );
        }
        attempt(signers[who % 4], abi.encodeCall(sluice.redeemBatch, (items)), true, "redeemBatch");
        for (uint256 i; i < 3; ++i) {
            uint256 n = (seed >> (8 * i)) % VIRTUALS;
            uint256 amount = (seed >> (32 + 16 * i)) % 1300;
            if (redeemable(n, who, amount, (seed >> (100 + i)) % 4 == 0)) redeemed(n, amount);
        }
    }

    /// @dev Three vouchers of one virtual channel, some forged or out of order.
    function redeemGroup(uint256 n, uint256 who, uint256 seed) external {
        n %= VIRTUALS;
        VirtualTerms storage t = virtuals[n].terms;
        VirtualGroup memory group = VirtualGroup(new address[](2), t.token, t.disputeWindow);
        (group.others[0], group.others[1]) = (t.path[1], t.path[2]);
        GroupRedemption[] memory items = new GroupRedemption[](3);
        for (uint256 i; i < 3; ++i) {
            (uint128 amount, bool forged) = groupedVoucher(seed, i);
            items[i] = GroupRedemption(
                bytes32(uint256(uint160(t.path[0])) << 96 | t.nonce),
                uint256(t.capacity) << 128 | amount,
                voucherOf(n, amount, forged).signature
            );
        }
        attempt(signers[who % 4], abi.encodeCall(sluice.redeemGroup, (group, items)), true, "redeemGroup");
        for (uint256 i; i < 3; ++i) {
            (uint128 amount, bool forged) = groupedVoucher(seed, i);
            if (redeemable(n, who, amount, forged)) redeemed(n, amount);
        }
    }

    function groupedVoucher(uint256 seed, uint256 i) private pure returns (uint128 amount, bool forged) {
        return (uint128((seed >> (32 + 16 * i)) % 1300), (seed >> (100 + i)) % 4 == 0);
    }

    function resolve(uint128 amount) external {
        if (resolved) return;
        (resolved, resolution) = (true, amount % 1000);
        resolver.set(true, resolution);
    }

    function openRefuser(bool open) external {
        refuser.setOpen(open);
    }

    function pushCredit(uint256 who, bool native) external {
        address account = accounts[who % 4];
        address of_ = native ? address(0) : address(token);
        bool takes = !native || account != address(refuser) || refuser.open();
        bool good = sluice.creditOf(account, of_) != 0 && takes;
        attempt(address(this), abi.encodeCall(sluice.pushCredit, (account, of_)), good, "pushCredit");
    }

    /// @dev By the account itself, to another account or where it is refused; more than there is fails.
    function redirectCredit(uint256 who, uint256 to, uint16 amount, bool native) external {
        (address account, address recipient) = (accounts[who % 4], accounts[to % 4]);
        address of_ = native ? address(0) : address(token);
        bool takes = !native || recipient != address(refuser) || refuser.open();
        bool good = amount != 0 && amount <= sluice.creditOf(account, of_) && takes;
        bytes memory input = abi.encodeCall(sluice.redirectCredit, (of_, recipient, amount));
        if (!attempt(account, input, good, "redirectCredit")) return;
        due[native ? 0 : 1][account] -= amount;
        due[native ? 0 : 1][recipient] += amount;
    }

    /// @dev Accounts that have no key sign nothing, and cancel by themselves.
    function cancelRedirect(uint256 who, uint8 ahead) external {
        address account = accounts[who % 4];
        uint256 nonce = sluice.redirectNonce(account);
        bool good = ahead % 3 != 0;
        bytes memory input = abi.encodeCall(sluice.cancelRedirect, (good ? nonce : nonce + 1));
        attempt(account, input, good, "cancelRedirect");
    }

    function wait(uint8 seconds_) external {
        skip(seconds_ % 40);
    }

    /// @dev What once succeeded comes again, from its sender or somebody else: nothing works twice.
    function replay(uint256 i, uint256 who) external {
        if (past.length == 0) return;
        Call storage c = past[i % past.length];
        ++calls;
        vm.prank(who % 2 == 0 ? c.sender : signers[who % 4]);
        (bool ok,) = address(sluice).call(c.input);
        if (ok) complain("replay");
    }

    /// @dev Closing a virtual channel again does nothing, a batch skips, a credit may come twice, and everybody has nonces.
    function isOneTime(bytes4 selector) private view returns (bool) {
        return selector == sluice.withdraw.selector || selector == sluice.close.selector
            || selector == sluice.startClose.selector || selector == sluice.startCloseFor.selector
            || selector == sluice.updateLane.selector || selector == sluice.settle.selector
            || selector == sluice.unlock.selector || selector == sluice.redeem.selector;
    }

    // ---- what the invariants look at ----

    function heldFor(uint256 which) external view returns (uint256 sum) {
        for (uint256 i; i < CHANNELS; ++i) {
            if (asset(channels[i]) == which) sum += channels[i].held();
        }
        for (uint256 i; i < 4; ++i) {
            sum += sluice.creditOf(accounts[i], which == 0 ? address(0) : address(token));
        }
    }

    /// @dev What no account is due yet.
    function heldBack() external view returns (uint256 sum) {
        for (uint256 i; i < CHANNELS; ++i) {
            sum += channels[i].held();
        }
    }

    function dueIn(uint256 which) external view returns (uint256 sum) {
        for (uint256 i; i < 4; ++i) {
            sum += due[which][accounts[i]];
        }
    }

    /// @dev Everybody has, or is credited, exactly what it is due.
    function allPaid() external view returns (bool) {
        for (uint256 i; i < 4; ++i) {
            address account = accounts[i];
            if (account.balance + sluice.creditOf(account, address(0)) != due[0][account]) return false;
            if (token.balanceOf(account) + sluice.creditOf(account, address(token)) != due[1][account]) return false;
        }
        return true;
    }

    function virtualsAgree() external view returns (bool) {
        for (uint256 i; i < VIRTUALS; ++i) {
            (uint128 amount, uint64 finalAt) = sluice.virtualState(virtuals[i].id);
            if (amount != virtuals[i].amount || finalAt != virtuals[i].finalAt) return false;
            if (amount > virtuals[i].terms.capacity) return false;
        }
        return true;
    }
}
