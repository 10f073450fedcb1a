// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, LaneLocks, Subtree, SubtreeSlot, Unlock, VirtualTerms } from "../src/interfaces/SluiceTypes.sol";
import { BurningResolver, FixedResolver, OddResolver } from "./mocks/Resolvers.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract UnlockTest is Fixture {
    uint128 private constant CAPACITY = 30;

    function virtualsOf(uint256 count) private view returns (VirtualTerms[] memory vs) {
        vs = new VirtualTerms[](count);
        for (uint256 i; i < count; ++i) {
            vs[i] = virtualTerms(CAPACITY);
            vs[i].nonce = uint64(1000 + i);
        }
    }

    function leavesOf(VirtualTerms[] memory vs) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](vs.length);
        for (uint256 i; i < vs.length; ++i) {
            leaves[i] = virtualLeaf(uint32(i), CAPACITY, sluice.virtualId(vs[i]));
        }
    }

    /// @dev A settled channel whose lane n holds a lock for each of these.
    function lockedIn(uint8 n, bytes32[] memory leaves, uint128 locked, uint256 a, uint256 b)
        private
        returns (ChannelTerms memory t, bytes32 id)
    {
        (t, id) = funded(a, b);
        bytes32 root = Reference.rootOf(leaves);
        startCloseAs(n == 0 ? signerB : signerA, t, lane(t, n, 1, 0, locked, root));
        skip(WINDOW);
        LaneLocks memory locks = LaneLocks(locked, root);
        sluice.settle(t, n == 0 ? locks : noLocks(), n == 1 ? locks : noLocks(), PUSH);
    }

    function test_splitsByTheFinalAmount() public {
        VirtualTerms[] memory vs = virtualsOf(3);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 3 * CAPACITY, 100, 0);
        assertEq(accountA.balance, 10);
        finalVirtual(vs[1], 12);
        emits();
        emit Unlocked(id, 1, uint256(CAPACITY) << 128 | 12);
        sluice.unlock(t, 0, 3 * CAPACITY, unlockOf(leaves, 1, CAPACITY, sluice.virtualId(vs[1])), PUSH);
        assertEq(accountB.balance, 12);
        assertEq(accountA.balance, 10 + CAPACITY - 12);
        assertEq(stateOf(id).lane0.pool, 2 * CAPACITY);
        assertTrue(sluice.isUnlocked(id, 0, 1));
        assertFalse(sluice.isUnlocked(id, 0, 0));
        assertFalse(sluice.isUnlocked(id, 1, 1));
    }

    function test_lane1PaysA() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(1, leaves, 2 * CAPACITY, 0, 100);
        finalVirtual(vs[0], 12);
        sluice.unlock(t, 1, 2 * CAPACITY, unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0])), PUSH);
        assertEq(accountA.balance, 12);
        assertEq(accountB.balance, 88 - CAPACITY);
        assertTrue(sluice.isUnlocked(id, 1, 0));
        assertFalse(sluice.isUnlocked(id, 0, 0));
    }

    function test_aPoolTooSmallPaysWhatIsThere() public {
        VirtualTerms[] memory vs = virtualsOf(2);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 2 * CAPACITY, 40, 0);
        finalVirtual(vs[0], CAPACITY);
        finalVirtual(vs[1], CAPACITY);
        sluice.unlock(t, 0, 2 * CAPACITY, unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0])), PUSH);
        emits();
        emit Unlocked(id, 1, uint256(10) << 128 | 10);
        sluice.unlock(t, 0, 2 * CAPACITY, unlockOf(leaves, 1, CAPACITY, sluice.virtualId(vs[1])), PUSH);
        assertEq(accountB.balance, 40);
        assertEq(address(sluice).balance, 0);
    }

    function test_onlyOnce() public {
        VirtualTerms[] memory vs = virtualsOf(2);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 2 * CAPACITY, 100, 0);
        finalVirtual(vs[0], 12);
        Unlock memory item = unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0]));
        sluice.unlock(t, 0, 2 * CAPACITY, item, PUSH);
        refuses(abi.encodeWithSelector(AlreadyUnlocked.selector, id, 0, 0));
        sluice.unlock(t, 0, 2 * CAPACITY, item, PUSH);
    }

    function test_onlyOnceAFinalAnswer() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        bytes32 v = sluice.virtualId(vs[0]);
        (ChannelTerms memory t,) = lockedIn(0, leaves, CAPACITY, 100, 0);
        Unlock memory item = unlockOf(leaves, 0, CAPACITY, v);
        bytes memory early = abi.encodeWithSelector(NotFinal.selector, sluice, v, 0);
        refuses(early);
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        vm.prank(payee);
        sluice.closeVirtual(vs[0]);
        skip(VIRTUAL_WINDOW - 1);
        refuses(early);
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        skip(1);
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        assertEq(accountA.balance, 100);
    }

    function test_onlyOfASettledChannel() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = funded(100, 0);
        bytes32 root = Reference.rootOf(leaves);
        Unlock memory item = unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0]));
        startCloseAs(signerB, t, lane(t, 0, 1, 0, CAPACITY, root));
        finalVirtual(vs[0], 12);
        refuses(abi.encodeWithSelector(NotSettled.selector, id));
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        bytes32 digest = Reference.close(address(sluice), id, 0, 0, 9e9);
        sluice.close(t, 0, 0, 9e9, sign(keyA, digest), sign(keyB, digest), PUSH);
        refuses(abi.encodeWithSelector(NotSettled.selector, id));
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        assertFalse(sluice.isUnlocked(id, 0, 0));
    }

    function test_refusesFalseProofs() public {
        VirtualTerms[] memory vs = virtualsOf(4);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 4 * CAPACITY, 200, 0);
        for (uint256 i; i < 4; ++i) {
            finalVirtual(vs[i], 12);
        }
        bytes32 v = sluice.virtualId(vs[1]);
        for (uint256 i; i < 7; ++i) {
            Unlock memory item = unlockOf(leaves, 1, CAPACITY, v);
            uint128 locked = 4 * CAPACITY;
            if (i == 0) item.index = 2;
            if (i == 1) item.amount += 1;
            if (i == 2) item.id = sluice.virtualId(vs[2]);
            if (i == 3) item.side = 1;
            if (i == 4) item.resolver = address(this);
            if (i == 5) item.proof[0] = keccak256("x");
            if (i == 6) locked += 1;
            refuses(abi.encodeWithSelector(BadProof.selector, id, 0, item.index));
            sluice.unlock(t, 0, locked, item, PUSH);
        }
    }

    function test_refusesAnIndexThatTheDepthCannotHold() public {
        VirtualTerms[] memory vs = virtualsOf(2);
        bytes32[] memory leaves = leavesOf(vs);
        // a leaf that says it is slot 3 in place of slot 1
        bytes32 v = sluice.virtualId(vs[1]);
        leaves[1] = virtualLeaf(3, CAPACITY, v);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 2 * CAPACITY, 100, 0);
        finalVirtual(vs[1], 12);
        Unlock memory item = unlockOf(leaves, 1, CAPACITY, v);
        item.index = 3;
        refuses(abi.encodeWithSelector(BadProof.selector, id, 0, 3));
        sluice.unlock(t, 0, 2 * CAPACITY, item, PUSH);
    }

    function test_refusesLaneAboveOne() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, CAPACITY, 100, 0);
        Unlock memory item = unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0]));
        refuses(abi.encodeWithSelector(WrongLane.selector, 2));
        sluice.unlock(t, 2, CAPACITY, item, PUSH);
        refuses(abi.encodeWithSelector(WrongLane.selector, 2));
        sluice.isUnlocked(id, 2, 0);
    }

    function test_aLaneWithoutLocksUnlocksNothing() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, CAPACITY, 100, 100);
        finalVirtual(vs[0], 12);
        Unlock memory item = unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0]));
        refuses(abi.encodeWithSelector(PoolEmpty.selector, id, 1));
        sluice.unlock(t, 1, CAPACITY, item, PUSH);
    }

    function test_creditsByMask() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t,) = lockedIn(0, leaves, CAPACITY, CAPACITY, 0);
        finalVirtual(vs[0], 12);
        sluice.unlock(t, 0, CAPACITY, unlockOf(leaves, 0, CAPACITY, sluice.virtualId(vs[0])), 2);
        assertEq(sluice.creditOf(accountB, address(0)), 12);
        assertEq(accountA.balance, CAPACITY - 12);
    }

    // ---- other resolvers ----

    function resolvedBy(address resolver, uint8 side) private returns (ChannelTerms memory t, Unlock memory item) {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = Reference.leaf(0, CAPACITY, Reference.condition(resolver, "id", side));
        (t,) = lockedIn(0, leaves, CAPACITY, CAPACITY, 0);
        item = Unlock(0, CAPACITY, resolver, "id", side, new bytes32[](0));
    }

    function test_anotherResolverDecides() public {
        FixedResolver resolver = new FixedResolver("id", 1);
        (ChannelTerms memory t, Unlock memory item) = resolvedBy(address(resolver), 1);
        refuses(abi.encodeWithSelector(NotFinal.selector, resolver, bytes32("id"), 1));
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        resolver.set(true, 9);
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        assertEq(accountB.balance, 9);
        assertEq(accountA.balance, CAPACITY - 9);
    }

    function test_aResolverCannotPayMoreThanTheLock() public {
        FixedResolver resolver = new FixedResolver("id", 0);
        resolver.set(true, type(uint128).max);
        (ChannelTerms memory t, Unlock memory item) = resolvedBy(address(resolver), 0);
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        assertEq(accountB.balance, CAPACITY);
    }

    function test_oddAnswersAreNoAnswer() public {
        bytes[5] memory answers = [
            abi.encode(2, 5),
            abi.encode(1, uint256(type(uint128).max) + 1),
            abi.encode(1),
            abi.encodePacked(abi.encode(1), bytes31(uint248(5))),
            bytes("")
        ];
        for (uint256 i; i < answers.length; ++i) {
            OddResolver resolver = new OddResolver(answers[i]);
            ChannelTerms memory t = nativeTerms();
            t.nonce = uint64(50 + i);
            fund(t, 0, CAPACITY);
            bytes32 root = Reference.leaf(0, CAPACITY, Reference.condition(address(resolver), "id", 0));
            startCloseAs(signerB, t, lane(t, 0, 1, 0, CAPACITY, root));
            skip(WINDOW);
            sluice.settle(t, LaneLocks(CAPACITY, root), noLocks(), PUSH);
            refuses(abi.encodeWithSelector(NotFinal.selector, resolver, bytes32("id"), 0));
            sluice.unlock(t, 0, CAPACITY, Unlock(0, CAPACITY, address(resolver), "id", 0, new bytes32[](0)), PUSH);
        }
    }

    function test_whatFollowsAnAnswerIsNotLookedAt() public {
        OddResolver resolver = new OddResolver(abi.encode(1, 9, type(uint256).max));
        (ChannelTerms memory t, Unlock memory item) = resolvedBy(address(resolver), 0);
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
        assertEq(accountB.balance, 9);
    }

    function test_aResolverThatIsNoContractOrRevertsIsNoAnswer() public {
        (ChannelTerms memory t, Unlock memory item) = resolvedBy(stranger, 0);
        refuses(abi.encodeWithSelector(NotFinal.selector, stranger, bytes32("id"), 0));
        sluice.unlock(t, 0, CAPACITY, item, PUSH);
    }

    function test_virtualChannelsHaveOneSide() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32 v = sluice.virtualId(vs[0]);
        finalVirtual(vs[0], 12);
        (bool isFinal, uint128 amount) = sluice.payout(v, 0);
        assertTrue(isFinal);
        assertEq(amount, 12);
        (isFinal, amount) = sluice.payout(v, 1);
        assertTrue(isFinal);
        assertEq(amount, 0);
        (isFinal, amount) = sluice.payout("never closed", 255);
        assertTrue(isFinal);
        assertEq(amount, 0);
    }

    // ---- batches ----

    function test_aBatchPaysOnceAndSkipsWhatFails() public {
        VirtualTerms[] memory vs = virtualsOf(5);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 5 * CAPACITY, 5 * CAPACITY, 0);
        for (uint256 i; i < 4; ++i) {
            finalVirtual(vs[i], uint128(i + 1));
        }
        Unlock[] memory items = new Unlock[](6);
        for (uint256 i; i < 5; ++i) {
            items[i] = unlockOf(leaves, uint32(i), CAPACITY, sluice.virtualId(vs[i]));
        }
        items[5] = items[1];
        items[2].amount += 1;
        emits();
        emit Unlocked(id, 0, uint256(CAPACITY) << 128 | 1);
        emits();
        emit Unlocked(id, 1, uint256(CAPACITY) << 128 | 2);
        emits();
        emit Skipped(id, 2, BadProof.selector);
        emits();
        emit Unlocked(id, 3, uint256(CAPACITY) << 128 | 4);
        emits();
        emit Skipped(id, 4, NotFinal.selector);
        emits();
        emit Skipped(id, 5, AlreadyUnlocked.selector);
        vm.recordLogs();
        sluice.unlockBatch(t, 0, 5 * CAPACITY, items, PUSH);
        assertEq(vm.getRecordedLogs().length, items.length);
        assertEq(accountB.balance, 7);
        assertEq(accountA.balance, 3 * CAPACITY - 7);
        assertEq(stateOf(id).lane0.pool, 2 * CAPACITY);
    }

    /// @dev With a hundred times the gas that the rest needs, four resolvers that burn all that they get hold nothing up.
    function test_burningResolversFailAlone() public {
        FixedResolver resolver = new FixedResolver("id", 0);
        resolver.set(true, 9);
        address burner = address(new BurningResolver());
        bytes32[] memory leaves = new bytes32[](5);
        for (uint256 i; i < 5; ++i) {
            address decides = i == 4 ? address(resolver) : burner;
            leaves[i] = Reference.leaf(uint32(i), CAPACITY, Reference.condition(decides, "id", 0));
        }
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 5 * CAPACITY, 5 * CAPACITY, 0);
        Unlock[] memory items = new Unlock[](5);
        for (uint32 i; i < 5; ++i) {
            items[i] = resolvedUnlock(i == 4 ? address(resolver) : burner, leaves, i);
        }
        sluice.unlockBatch{ gas: 4_000_000 }(t, 0, 5 * CAPACITY, items, PUSH);
        assertTrue(sluice.isUnlocked(id, 0, 4));
        assertEq(accountB.balance, 9);
    }

    function test_aBatchRemembersAcrossWords() public {
        remembersAcrossWords(0);
    }

    function test_aBatchOfLane1RemembersAcrossWords() public {
        remembersAcrossWords(1);
    }

    function remembersAcrossWords(uint8 n) private {
        // slots 0, 127 (beside the pool), 128, 255 (first far word) and 256 (second far word)
        uint32[5] memory slots = [uint32(0), 127, 128, 255, 256];
        FixedResolver resolver = new FixedResolver("id", 0);
        resolver.set(true, 1);
        bytes32[] memory leaves = new bytes32[](257);
        for (uint256 i; i < 5; ++i) {
            leaves[slots[i]] = Reference.leaf(slots[i], CAPACITY, Reference.condition(address(resolver), "id", 0));
        }
        (ChannelTerms memory t, bytes32 id) =
            lockedIn(n, leaves, 6 * CAPACITY, n == 0 ? 6 * CAPACITY : 0, n == 1 ? 6 * CAPACITY : 0);
        // out of order, so that the far words change hands and come back
        uint8[7] memory order = [2, 4, 3, 1, 0, 2, 4];
        Unlock[] memory items = new Unlock[](7);
        for (uint256 i; i < 7; ++i) {
            items[i] = resolvedUnlock(address(resolver), leaves, slots[order[i]]);
        }
        sluice.unlockBatch(t, n, 6 * CAPACITY, items, PUSH);
        assertEq((n == 0 ? accountB : accountA).balance, 5);
        assertEq((n == 0 ? accountA : accountB).balance, 5 * CAPACITY - 5);
        assertEq((n == 0 ? stateOf(id).lane0 : stateOf(id).lane1).pool, CAPACITY);
        for (uint256 i; i < 5; ++i) {
            assertTrue(sluice.isUnlocked(id, n, slots[i]));
            refuses(abi.encodeWithSelector(AlreadyUnlocked.selector, id, n, slots[i]));
            sluice.unlock(t, n, 6 * CAPACITY, items[i == 4 ? 1 : i == 2 ? 0 : i == 3 ? 2 : i == 1 ? 3 : 4], PUSH);
        }
        uint32[4] memory others = [uint32(1), 129, 254, 257];
        for (uint256 i; i < 4; ++i) {
            assertFalse(sluice.isUnlocked(id, n, others[i]));
        }
        assertFalse(sluice.isUnlocked(id, 1 - n, 128));
    }

    function test_aFarSlotUnlocksOnce() public {
        FixedResolver resolver = new FixedResolver("id", 0);
        resolver.set(true, 1);
        bytes32[] memory leaves = new bytes32[](130);
        leaves[129] = Reference.leaf(129, CAPACITY, Reference.condition(address(resolver), "id", 0));
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 2 * CAPACITY, 2 * CAPACITY, 0);
        Unlock memory item = resolvedUnlock(address(resolver), leaves, 129);
        sluice.unlock(t, 0, 2 * CAPACITY, item, PUSH);
        assertTrue(sluice.isUnlocked(id, 0, 129));
        refuses(abi.encodeWithSelector(AlreadyUnlocked.selector, id, 0, 129));
        sluice.unlock(t, 0, 2 * CAPACITY, item, PUSH);
    }

    /// @dev Two slots whose numbers differ in one bit each: every such pair has two bits of its own on the chain.
    function test_noTwoFarSlotsShareABit() public {
        FixedResolver resolver = new FixedResolver("id", 0);
        resolver.set(true, 1);
        bytes32 condition = Reference.condition(address(resolver), "id", 0);
        for (uint256 bit = 8; bit < 32; ++bit) {
            (uint32 near, uint32 far) = (200, uint32(200 + (1 << bit)));
            (bytes32 left, bytes32 right) =
                (Reference.leaf(near, CAPACITY, condition), Reference.leaf(far, CAPACITY, condition));
            bytes32[] memory path = new bytes32[](bit + 1);
            for (uint256 i; i < bit; ++i) {
                bool isRight = 200 >> i & 1 != 0;
                left = isRight ? Reference.node(0, left) : Reference.node(left, 0);
                right = isRight ? Reference.node(0, right) : Reference.node(right, 0);
            }
            ChannelTerms memory t = nativeTerms();
            t.nonce = uint64(500 + bit);
            fund(t, 0, 2 * CAPACITY);
            settled(t, lane(t, 0, 1, 0, 2 * CAPACITY, Reference.node(left, right)), noVoucher());
            path[bit] = right;
            sluice.unlock(t, 0, 2 * CAPACITY, Unlock(near, CAPACITY, address(resolver), "id", 0, path), PUSH);
            assertFalse(sluice.isUnlocked(sluice.channelId(t), 0, far));
            path[bit] = left;
            sluice.unlock(t, 0, 2 * CAPACITY, Unlock(far, CAPACITY, address(resolver), "id", 0, path), PUSH);
        }
    }

    function resolvedUnlock(address resolver, bytes32[] memory leaves, uint32 slot)
        private
        pure
        returns (Unlock memory)
    {
        return Unlock(slot, CAPACITY, resolver, "id", 0, Reference.proofOf(leaves, slot));
    }

    function test_anEmptyBatchDoesNothing() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, CAPACITY, 100, 0);
        sluice.unlockBatch(t, 0, CAPACITY, new Unlock[](0), PUSH);
        assertEq(stateOf(id).lane0.pool, CAPACITY);
    }

    struct Case {
        uint64[6] amounts;
        uint64[6] payouts;
        uint128 locked;
        uint96 deposit;
        uint256 seed;
        bool batch;
    }

    struct Expected {
        uint256 pool;
        uint256 toA;
        uint256 toB;
    }

    /// @dev Locks of random amounts, sums, payouts and pools in random order against the protocol's words.
    function testFuzz_unlocksAsTheReferenceDoes(Case memory c) public {
        FixedResolver resolver = new FixedResolver("id", 0);
        c.locked = uint128(bound(c.locked, 1, 6 * uint256(type(uint64).max)));
        c.deposit = uint96(bound(c.deposit, 1, 6 * uint256(type(uint64).max)));
        bytes32[] memory leaves = new bytes32[](6);
        for (uint256 i; i < 6; ++i) {
            leaves[i] = Reference.leaf(uint32(i), c.amounts[i], Reference.condition(address(resolver), "id", 0));
        }
        (ChannelTerms memory t,) = lockedIn(0, leaves, c.locked, c.deposit, 0);
        Expected memory want;
        want.pool = c.locked < c.deposit ? c.locked : c.deposit;
        want.toA = c.deposit - want.pool;
        // 5 has no common factor with 6: every slot comes once
        for (uint256 n; n < 6; ++n) {
            uint32 i = uint32((c.seed % 6 + 5 * n) % 6);
            Unlock memory item = Unlock(i, c.amounts[i], address(resolver), "id", 0, Reference.proofOf(leaves, i));
            resolver.set(true, c.payouts[i]);
            if (want.pool == 0) refuses(abi.encodeWithSelector(PoolEmpty.selector, sluice.channelId(t), 0));
            step(want, c.amounts[i], c.payouts[i]);
            unlockOne(t, c, item);
            assertEq(accountA.balance, want.toA);
            assertEq(accountB.balance, want.toB);
            assertEq(address(sluice).balance, want.pool);
        }
    }

    function step(Expected memory want, uint256 amount, uint256 payout) private pure {
        uint256 reserve = amount < want.pool ? amount : want.pool;
        uint256 paid = reserve < payout ? reserve : payout;
        want.pool -= reserve;
        want.toB += paid;
        want.toA += reserve - paid;
    }

    function unlockOne(ChannelTerms memory t, Case memory c, Unlock memory item) private {
        if (!c.batch) return sluice.unlock(t, 0, c.locked, item, PUSH);
        Unlock[] memory items = new Unlock[](1);
        items[0] = item;
        sluice.unlockBatch(t, 0, c.locked, items, PUSH);
    }

    // ---- another side of a virtual channel ----

    /// @dev Nobody is paid by it, so that it comes back to its payer, at once and on every hop alike.
    function test_aLockOnAnotherSideComesBack() public {
        VirtualTerms[] memory vs = virtualsOf(1);
        bytes32 v = sluice.virtualId(vs[0]);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = Reference.leaf(0, CAPACITY, Reference.condition(address(sluice), v, 1));
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, CAPACITY, CAPACITY, 0);
        finalVirtual(vs[0], 12);
        sluice.unlock(t, 0, CAPACITY, Unlock(0, CAPACITY, address(sluice), v, 1, new bytes32[](0)), PUSH);
        assertEq(accountA.balance, CAPACITY);
        assertEq(stateOf(id).lane0.pool, 0);
    }

    // ---- what is left of a lane that is over ----

    function test_nothingIsKeptOfAnEmptyPool() public {
        VirtualTerms[] memory vs = virtualsOf(2);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 2 * CAPACITY, 40, 0);
        finalVirtual(vs[0], CAPACITY);
        finalVirtual(vs[1], CAPACITY);
        Unlock[] memory items = new Unlock[](2);
        for (uint32 i; i < 2; ++i) {
            items[i] = unlockOf(leaves, i, CAPACITY, sluice.virtualId(vs[i]));
        }
        sluice.unlockBatch(t, 0, 2 * CAPACITY, items, PUSH);
        assertEq(accountB.balance, 40);
        assertFalse(sluice.isUnlocked(id, 0, 0));
        uint256 slot = uint256(keccak256(abi.encode(id, uint256(0))));
        for (uint256 i = 1; i < 6; ++i) {
            assertEq(vm.load(address(sluice), bytes32(slot + i)), 0, vm.toString(i));
        }
        refuses(abi.encodeWithSelector(PoolEmpty.selector, id, 0));
        sluice.unlock(t, 0, 2 * CAPACITY, items[0], PUSH);
        refuses(abi.encodeWithSelector(PoolEmpty.selector, id, 0));
        sluice.unlockBatch(t, 0, 2 * CAPACITY, items, PUSH);
    }

    // ---- by a part of the tree ----

    /// @dev The slots [first, first + count) of these, with the proof of the part of 2^depth slots.
    function partOf(VirtualTerms[] memory vs, bytes32[] memory leaves, uint32 first, uint256 count, uint256 depth)
        private
        view
        returns (Subtree memory part)
    {
        part.first = first;
        part.slots = new SubtreeSlot[](count);
        for (uint256 i; i < count; ++i) {
            part.slots[i] = SubtreeSlot(CAPACITY, sluice.virtualId(vs[first + i]));
        }
        uint256 above = Reference.depthOf(leaves.length) - depth;
        part.proof = new bytes32[](above);
        for (uint256 level; level < above; ++level) {
            uint256 sibling = (first >> (depth + level)) ^ 1;
            part.proof[level] = Reference.rootOf(leaves, sibling << (depth + level), depth + level);
        }
    }

    function test_aPartPaysOnceAndSkipsWhatIsRefused() public {
        VirtualTerms[] memory vs = virtualsOf(7);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 7 * CAPACITY, 7 * CAPACITY, 0);
        for (uint256 i; i < 6; ++i) {
            finalVirtual(vs[i], uint128(i + 1));
        }
        sluice.unlock(t, 0, 7 * CAPACITY, unlockOf(leaves, 1, CAPACITY, sluice.virtualId(vs[1])), PUSH);
        Subtree memory part = partOf(vs, leaves, 0, 7, 3);
        // left alone, though it could be unlocked
        part.slots[3] = SubtreeSlot(0, leaves[3]);
        uint256[2] memory before = [accountA.balance, accountB.balance];
        emits();
        emit Unlocked(id, 0, uint256(CAPACITY) << 128 | 1);
        emits();
        emit Skipped(id, 1, AlreadyUnlocked.selector);
        emits();
        emit Unlocked(id, 2, uint256(CAPACITY) << 128 | 3);
        emits();
        emit Unlocked(id, 4, uint256(CAPACITY) << 128 | 5);
        emits();
        emit Unlocked(id, 5, uint256(CAPACITY) << 128 | 6);
        emits();
        emit Skipped(id, 6, NotFinal.selector);
        vm.recordLogs();
        sluice.unlockSubtree(t, 0, 7 * CAPACITY, part, PUSH);
        assertEq(vm.getRecordedLogs().length, 6);
        assertEq(accountB.balance - before[1], 1 + 3 + 5 + 6);
        assertEq(accountA.balance - before[0], 4 * CAPACITY - (1 + 3 + 5 + 6));
        assertEq(stateOf(id).lane0.pool, 2 * CAPACITY);
    }

    function test_everyPartLeadsToTheRoot() public {
        VirtualTerms[] memory vs = virtualsOf(11);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(1, leaves, 11 * CAPACITY, 0, 11 * CAPACITY);
        for (uint256 i; i < 11; ++i) {
            finalVirtual(vs[i], uint128(i + 1));
        }
        for (uint256 depth; depth <= 4; ++depth) {
            for (uint32 first; first < 11; first += uint32(1 << depth)) {
                uint256 count = 11 - first < 1 << depth ? 11 - first : 1 << depth;
                // a part is the least that holds its slots
                if (Reference.depthOf(count) != depth) continue;
                uint256 before = vm.snapshotState();
                uint256 sum = accountA.balance;
                sluice.unlockSubtree(t, 1, 11 * CAPACITY, partOf(vs, leaves, first, count, depth), PUSH);
                for (uint32 i; i < 11; ++i) {
                    bool isIn = i >= first && i < first + count;
                    if (count != 11) assertEq(sluice.isUnlocked(id, 1, i), isIn);
                    if (isIn) sum += i + 1;
                }
                assertEq(accountA.balance, sum);
                vm.revertToState(before);
            }
        }
    }

    function test_refusesFalseParts() public {
        VirtualTerms[] memory vs = virtualsOf(8);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 8 * CAPACITY, 8 * CAPACITY, 0);
        for (uint256 i; i < 8; ++i) {
            finalVirtual(vs[i], 12);
        }
        for (uint256 i; i < 10; ++i) {
            Subtree memory part = partOf(vs, leaves, 4, 2, 1);
            uint128 locked = 8 * CAPACITY;
            if (i == 0) part.slots[1].amount += 1;
            if (i == 1) part.slots[0].idOrLeaf = part.slots[1].idOrLeaf;
            if (i == 2) part.proof[0] = keccak256("x");
            if (i == 3) part.first = 6;
            if (i == 4) part.first = 5;
            if (i == 5) part.first = 12;
            if (i == 6) locked += 1;
            if (i == 7) part.proof = new bytes32[](32);
            if (i == 8) part.slots = new SubtreeSlot[](0);
            if (i == 9) part = partOf(vs, leaves, 4, 3, 2);
            refuses(abi.encodeWithSelector(BadProof.selector, id, 0, part.first));
            sluice.unlockSubtree(t, 0, locked, part, PUSH);
        }
        sluice.unlockSubtree(t, 0, 8 * CAPACITY, partOf(vs, leaves, 4, 2, 1), PUSH);
        assertEq(accountB.balance, 24);
    }

    /// @dev A node shown as the leaf of a slot, and a leaf shown as a node: neither leads anywhere.
    function test_neitherNodesAreLeavesNorLeavesNodes() public {
        VirtualTerms[] memory vs = virtualsOf(4);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 4 * CAPACITY, 4 * CAPACITY, 0);
        finalVirtual(vs[0], 12);
        Subtree memory part;
        part.slots = new SubtreeSlot[](2);
        part.slots[0] = SubtreeSlot(0, Reference.rootOf(leaves, 0, 1));
        part.slots[1] = SubtreeSlot(0, Reference.rootOf(leaves, 2, 1));
        // they lead to the root, but hold no lock
        vm.recordLogs();
        sluice.unlockSubtree(t, 0, 4 * CAPACITY, part, PUSH);
        assertEq(vm.getRecordedLogs().length, 0);
        part.slots[0].amount = CAPACITY;
        refuses(abi.encodeWithSelector(BadProof.selector, id, 0, 0));
        sluice.unlockSubtree(t, 0, 4 * CAPACITY, part, PUSH);
    }

    /// @dev Far slots too: a part across the words that hold their bits.
    function test_aPartAcrossWords() public {
        VirtualTerms[] memory vs = virtualsOf(260);
        bytes32[] memory leaves = leavesOf(vs);
        (ChannelTerms memory t, bytes32 id) = lockedIn(0, leaves, 260 * CAPACITY, 261 * CAPACITY, 0);
        for (uint256 i; i < 260; ++i) {
            vm.prank(payee);
            sluice.closeVirtual(vs[i]);
        }
        skip(VIRTUAL_WINDOW);
        Subtree memory part = partOf(vs, leaves, 0, 259, 9);
        refuses(abi.encodeWithSelector(BadProof.selector, id, 0, 0));
        sluice.unlockSubtree(t, 0, 260 * CAPACITY, part, PUSH);
        part = partOf(vs, leaves, 0, 260, 9);
        part.slots[259] = SubtreeSlot(0, leaves[259]);
        sluice.unlockSubtree(t, 0, 260 * CAPACITY, part, PUSH);
        assertEq(accountA.balance, 260 * CAPACITY);
        for (uint32 i; i < 260; ++i) {
            assertEq(sluice.isUnlocked(id, 0, i), i != 259, vm.toString(i));
        }
    }
}
