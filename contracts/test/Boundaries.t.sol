// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../src/interfaces/IResolver.sol";
import {
    ChannelTerms,
    LaneLocks,
    SignedLane,
    SignedVoucher,
    Subtree,
    SubtreeSlot,
    Unlock,
    VirtualTerms
} from "../src/interfaces/SluiceTypes.sol";
import { AskingResolver, TryingResolver } from "./mocks/Resolvers.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

/// @notice The ends of ranges, the last and first moments of windows, who comes first, and how little gas a caller may bring.
contract BoundariesTest is Fixture {
    uint64 private nonces = 100;

    function nextTerms() private returns (ChannelTerms memory t) {
        t = nativeTerms();
        t.nonce = ++nonces;
    }

    /// @dev A settled channel whose lane holds locks of so much in all, by this root. Its payer deposited that.
    function settledWith(uint8 n, uint128 locked, bytes32 root) private returns (ChannelTerms memory t) {
        t = nextTerms();
        fund(t, n, locked);
        startCloseAs(n == 0 ? signerB : signerA, t, lane(t, n, type(uint64).max, 0, locked, root));
        skip(WINDOW);
        LaneLocks memory locks = LaneLocks(locked, root);
        sluice.settle(t, n == 0 ? locks : noLocks(), n == 1 ? locks : noLocks(), PUSH);
    }

    // ---- trees ----

    function test_theLastSlotOfTheDeepestTree() public {
        VirtualTerms memory v = virtualTerms(30);
        bytes32 id = sluice.virtualId(v);
        finalVirtual(v, 30);
        uint32 index = type(uint32).max;
        bytes32[] memory proof = new bytes32[](32);
        bytes32 root = virtualLeaf(index, 30, id);
        for (uint256 i; i < 32; ++i) {
            proof[i] = bytes32(i);
            root = Reference.node(proof[i], root);
        }
        for (uint8 n; n < 2; ++n) {
            ChannelTerms memory t = settledWith(n, 60, root);
            bytes32 channel = sluice.channelId(t);
            Unlock memory item = Unlock(index, 30, address(sluice), id, 0, proof);
            uint256 before = n == 0 ? accountB.balance : accountA.balance;
            sluice.unlock(t, n, 60, item, PUSH);
            assertEq(n == 0 ? accountB.balance : accountA.balance, before + 30);
            assertTrue(sluice.isUnlocked(channel, n, index));
            assertFalse(sluice.isUnlocked(channel, 1 - n, index));
            refuses(abi.encodeWithSelector(AlreadyUnlocked.selector, channel, n, index));
            sluice.unlock(t, n, 60, item, PUSH);
            item.proof = new bytes32[](33);
            refuses(abi.encodeWithSelector(BadProof.selector, channel, n, index));
            sluice.unlock(t, n, 60, item, PUSH);
        }
    }

    /// @dev No tree of the protocol has two leaves for one slot, but a payer may sign such a root: the slot is paid once all the same.
    function test_aSlotWithTwoLeavesPaysOnce() public {
        VirtualTerms memory v = virtualTerms(30);
        bytes32 id = sluice.virtualId(v);
        finalVirtual(v, 30);
        bytes32 leaf0 = virtualLeaf(0, 30, id);
        bytes32 leaf1 = virtualLeaf(1, 30, id);
        ChannelTerms memory t = settledWith(0, 90, Reference.node(Reference.node(leaf0, leaf1), leaf1));
        bytes32[] memory shallow = new bytes32[](1);
        shallow[0] = Reference.node(leaf0, leaf1);
        bytes32[] memory deep = new bytes32[](2);
        (deep[0], deep[1]) = (leaf0, leaf1);
        sluice.unlock(t, 0, 90, Unlock(1, 30, address(sluice), id, 0, shallow), PUSH);
        refuses(abi.encodeWithSelector(AlreadyUnlocked.selector, sluice.channelId(t), 0, 1));
        sluice.unlock(t, 0, 90, Unlock(1, 30, address(sluice), id, 0, deep), PUSH);
        assertEq(accountB.balance, 30);
    }

    /// @dev With a free slot, a lock that is not final, and money for five of the six: whichever call unlocks them pays the same.
    function testFuzz_aPartPaysWhatABatchPays(uint256 seed, uint8 short) public {
        (bytes32[] memory ids, bytes32[] memory leaves) = sevenSlots(seed);
        bytes32 root = Reference.rootOf(leaves);
        ChannelTerms memory t = nextTerms();
        fund(t, 0, 180 - short % 60);
        startCloseAs(signerB, t, lane(t, 0, 1, 0, 180, root));
        skip(WINDOW);
        sluice.settle(t, LaneLocks(180, root), noLocks(), PUSH);
        uint256 before = vm.snapshotState();
        sluice.unlockBatch(t, 0, 180, itemsOf(ids, leaves), PUSH);
        uint256[3] memory batch = [accountA.balance, accountB.balance, stateOf(sluice.channelId(t)).lane0.pool];
        vm.revertToState(before);
        bytes32[] memory proof = new bytes32[](1);
        (proof[0], leaves[7]) = (Reference.rootOf(leaves, 4, 2), 0);
        sluice.unlockSubtree(t, 0, 180, Subtree(0, slotsOf(ids, 0, 4), proof), PUSH);
        proof[0] = Reference.rootOf(leaves, 0, 2);
        sluice.unlockSubtree(t, 0, 180, Subtree(4, slotsOf(ids, 4, 3), proof), PUSH);
        assertEq(accountA.balance, batch[0]);
        assertEq(accountB.balance, batch[1]);
        assertEq(stateOf(sluice.channelId(t)).lane0.pool, batch[2]);
    }

    /// @dev Slot 2 is free, slot 5 not final.
    function sevenSlots(uint256 seed) private returns (bytes32[] memory ids, bytes32[] memory leaves) {
        (ids, leaves) = (new bytes32[](7), new bytes32[](8));
        for (uint32 i; i < 7; ++i) {
            if (i == 2) continue;
            VirtualTerms memory v = virtualTerms(30);
            v.nonce = 900 + i;
            ids[i] = sluice.virtualId(v);
            leaves[i] = virtualLeaf(i, 30, ids[i]);
            if (i == 5) continue;
            SignedVoucher memory signed = voucher(v, uint128(uint256(keccak256(abi.encode(seed, i))) % 40));
            vm.prank(payee);
            sluice.redeem(v, signed);
        }
    }

    function itemsOf(bytes32[] memory ids, bytes32[] memory leaves) private view returns (Unlock[] memory items) {
        items = new Unlock[](6);
        for (uint32 i; i < 7; ++i) {
            if (i != 2) items[i < 2 ? i : i - 1] = unlockOf(leaves, i, 30, ids[i]);
        }
    }

    function slotsOf(bytes32[] memory ids, uint256 from, uint256 count)
        private
        pure
        returns (SubtreeSlot[] memory slots)
    {
        slots = new SubtreeSlot[](count);
        for (uint256 i; i < count; ++i) {
            slots[i] = SubtreeSlot(ids[from + i] == 0 ? 0 : 30, ids[from + i]);
        }
    }

    // ---- times ----

    function test_theLongestWindow() public {
        ChannelTerms memory t = nextTerms();
        t.disputeWindow = type(uint32).max;
        fund(t, 0, 100);
        startCloseAs(signerA, t, noVoucher());
        assertEq(stateOf(sluice.channelId(t)).closesAt, block.timestamp + type(uint32).max);
        skip(uint256(type(uint32).max) - 1);
        refuses(abi.encodeWithSelector(WindowOpen.selector, sluice.channelId(t), block.timestamp + 1));
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        skip(1);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        assertEq(accountA.balance, 100);
    }

    function test_aDepositAfterTheWindowIsItsPartys() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 0);
        startCloseAs(signerB, t, lane(t, 0, 1, 100));
        skip(WINDOW);
        fund(t, 0, 7);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        assertEq(accountA.balance, 7);
        assertEq(accountB.balance, 100);
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        sluice.depositWithValue{ value: 1 }(t, 0);
    }

    // ---- who comes first ----

    function test_whoStartsFirstWithNothingDoesNotKeepAVoucherOut() public {
        (ChannelTerms memory t, bytes32 id) = funded(100, 100);
        SignedLane memory newest = lane(t, 0, 9, 30);
        startCloseAs(signerA, t, noVoucher());
        refuses(abi.encodeWithSelector(AlreadyClosing.selector, id, block.timestamp + WINDOW));
        startCloseAs(signerB, t, newest);
        updateLaneAs(signerB, t, newest);
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        assertEq(accountB.balance, 130);
    }

    /// @dev A party that uses up an id before anything is in it takes nobody's money.
    function test_anIdThatIsOverTakesNoDeposit() public {
        ChannelTerms memory t = nextTerms();
        startCloseAs(signerA, t, noVoucher());
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        vm.deal(address(this), 1);
        refuses(abi.encodeWithSelector(ChannelOver.selector, sluice.channelId(t)));
        sluice.depositWithValue{ value: 1 }(t, 1);
    }

    /// @dev Anybody can make terms with others' signers in them, but neither show nor settle locks that these did not sign.
    function test_aChannelOfAThiefsMakingStartsNoWindow() public {
        VirtualTerms memory v = virtualTerms(30);
        bytes32 id = sluice.virtualId(v);
        ChannelTerms memory t = nextTerms();
        (t.a.account, t.b.account) = (stranger, address(0x57A));
        fund(t, 0, 30);
        bytes32 root = virtualLeaf(0, 30, id);
        SignedLane memory forged = lane(t, 0, 1, 0, 30, root);
        forged.payerSignature =
            sign(keyStranger, Reference.laneVoucher(address(sluice), sluice.channelId(t), 0, 1, 0, 30, root));
        vm.startPrank(stranger);
        vm.expectPartialRevert(BadSignature.selector);
        sluice.startClose(t, forged);
        sluice.startClose(t, noVoucher());
        skip(WINDOW);
        sluice.settle(t, LaneLocks(30, root), noLocks(), PUSH);
        SubtreeSlot[] memory slots = new SubtreeSlot[](1);
        slots[0] = SubtreeSlot(30, id);
        VirtualTerms[] memory items = new VirtualTerms[](1);
        items[0] = v;
        refuses(abi.encodeWithSelector(PoolEmpty.selector, sluice.channelId(t), 0));
        sluice.closeVirtualsByLocks(items, t, 0, 30, Subtree(0, slots, new bytes32[](0)));
        (, uint64 finalAt) = sluice.virtualState(id);
        assertEq(finalAt, 0);
    }

    // ---- gas ----

    function test_tenThousandTicksAreAffordable() public {
        VirtualTerms memory v = virtualTerms(1e18);
        bytes32 anchor = keccak256("seed");
        for (uint256 i; i < 10_000; ++i) {
            anchor = keccak256(abi.encode(anchor));
        }
        SignedVoucher memory signed = tickVoucher(v, 1, anchor, 5, 10_000, 10_000, keccak256("seed"));
        vm.prank(payee);
        uint256 before = gasleft();
        sluice.redeem(v, signed);
        assertLt(before - gasleft(), 600_000);
        (uint128 amount,) = sluice.virtualState(sluice.virtualId(v));
        assertEq(amount, 50_001);
    }

    /// @dev A resolver that keeps to IResolver answers as well or not at all, however little gas the caller brings.
    function test_whoBringsLittleGasDoesNotDecideAnAnswer() public {
        for (uint256 gas = 60_000; gas < 4_000_000; gas += 60_000) {
            assertTrue(payoutWith(new AskingResolver(), gas) != 0, "decided by gas");
        }
    }

    /// @dev Why IResolver forbids what depends on the gas that is left: it is the one who asks who then decides.
    function test_whoBringsLittleGasDecidesWhatIResolverForbids() public {
        bool isDecided;
        TryingResolver resolver = new TryingResolver();
        for (uint256 gas = 60_000; gas < 4_000_000 && !isDecided; gas += 60_000) {
            isDecided = payoutWith(resolver, gas) == 0;
        }
        assertTrue(isDecided);
    }

    /// @dev What the receiver of a lock of 30 gets when it is unlocked with so much gas; 30, too, if it is not unlocked but can be later.
    function payoutWith(IResolver resolver, uint256 gas) private returns (uint256 paid) {
        uint256 before = vm.snapshotState();
        bytes32 root = Reference.leaf(0, 30, Reference.condition(address(resolver), "id", 0));
        ChannelTerms memory t = settledWith(0, 30, root);
        Unlock memory item = Unlock(0, 30, address(resolver), "id", 0, new bytes32[](0));
        (bool ok,) = address(sluice).call{ gas: gas }(abi.encodeCall(sluice.unlock, (t, 0, 30, item, 3)));
        if (!ok) sluice.unlock(t, 0, 30, item, 3);
        paid = sluice.creditOf(accountB, address(0));
        vm.revertToState(before);
    }
}
