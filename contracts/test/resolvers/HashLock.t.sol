// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../../src/interfaces/IResolver.sol";
import { ChannelTerms, Unlock } from "../../src/interfaces/SluiceTypes.sol";
import { Fixture } from "../support/Fixture.sol";
import { Reference } from "../support/Reference.sol";

interface IHashLockResolver is IResolver {
    event Registered(bytes32 indexed id, bytes32 preimage);

    error DeadlinePassed(bytes32 id, uint40 deadline);
    error AlreadyRegistered(bytes32 id);

    function register(bytes32 preimage, uint40 deadline) external returns (bytes32 id);
    function idOf(bytes32 hash, uint40 deadline) external pure returns (bytes32);
}

contract HashLockTest is Fixture {
    bytes32 private constant PREIMAGE = keccak256("a secret");
    uint40 private constant LOCK_DEADLINE = 1_000_000 + 7200;

    IHashLockResolver private resolver;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        resolver = IHashLockResolver(deployCode("HashLockResolver.sol:HashLockResolver"));
        id = resolver.idOf(sha256(abi.encodePacked(PREIMAGE)), LOCK_DEADLINE);
    }

    function test_id_carriesTheDeadlineAndCommitsToBoth() public view {
        bytes32 hash = sha256(abi.encodePacked(PREIMAGE));
        uint256 rest = uint256(keccak256(abi.encode(hash, LOCK_DEADLINE))) & ((1 << 216) - 1);
        assertEq(id, bytes32(uint256(LOCK_DEADLINE) << 216 | rest));
        assertNotEq(resolver.idOf(hash, LOCK_DEADLINE + 1) << 40, id << 40);
        assertNotEq(resolver.idOf(keccak256("other"), LOCK_DEADLINE), id);
    }

    function test_register_paysInFullAtOnce() public {
        assertPayout(0, false, 0);
        vm.expectEmit(true, true, true, true, address(resolver));
        emit IHashLockResolver.Registered(id, PREIMAGE);
        assertEq(resolver.register(PREIMAGE, LOCK_DEADLINE), id);
        assertPayout(0, true, type(uint128).max);
    }

    function test_register_standsAfterTheDeadline() public {
        resolver.register(PREIMAGE, LOCK_DEADLINE);
        vm.warp(uint256(LOCK_DEADLINE) + 1000);
        assertPayout(0, true, type(uint128).max);
    }

    function test_register_isInTimeAtTheDeadlineItself() public {
        vm.warp(LOCK_DEADLINE);
        assertPayout(0, false, 0);
        resolver.register(PREIMAGE, LOCK_DEADLINE);
        assertPayout(0, true, type(uint128).max);
    }

    function test_register_refusesAfterTheDeadline() public {
        vm.warp(LOCK_DEADLINE + 1);
        refuses(abi.encodeWithSelector(IHashLockResolver.DeadlinePassed.selector, id, LOCK_DEADLINE));
        resolver.register(PREIMAGE, LOCK_DEADLINE);
    }

    function test_register_refusesTwice() public {
        resolver.register(PREIMAGE, LOCK_DEADLINE);
        refuses(abi.encodeWithSelector(IHashLockResolver.AlreadyRegistered.selector, id));
        resolver.register(PREIMAGE, LOCK_DEADLINE);
    }

    function test_payout_isNothingOnceItIsTooLate() public {
        vm.warp(LOCK_DEADLINE + 1);
        assertPayout(0, true, 0);
    }

    function test_payout_ofOtherSidesIsNothing() public {
        assertPayout(1, false, 0);
        resolver.register(PREIMAGE, LOCK_DEADLINE);
        assertPayout(1, true, 0);
    }

    function test_anotherPreimageOrDeadline_decidesNothing() public {
        resolver.register(keccak256("another secret"), LOCK_DEADLINE);
        resolver.register(PREIMAGE, LOCK_DEADLINE + 1);
        assertPayout(0, false, 0);
    }

    /// @dev Whenever it is registered, asked and asked again, in any order: a final answer is never taken back.
    function testFuzz_final_isForGood(uint256 first, uint256 second, uint256 third, bool askFirst) public {
        uint256 latest = 2 * uint256(LOCK_DEADLINE);
        first = bound(first, 1, latest);
        second = bound(second, first, latest);
        third = bound(third, second, latest);
        if (!askFirst) tryRegister(first);
        vm.warp(askFirst ? first : second);
        (bool wasFinal, uint128 was) = resolver.payout(id, 0);
        if (askFirst) tryRegister(second);
        vm.warp(third);
        (bool isFinal, uint128 amount) = resolver.payout(id, 0);
        if (wasFinal) {
            assertTrue(isFinal);
            assertEq(amount, was);
        }
        bool inTime = (askFirst ? second : first) <= LOCK_DEADLINE;
        assertEq(amount, inTime ? type(uint128).max : 0);
        assertEq(isFinal, inTime || third > LOCK_DEADLINE);
    }

    function test_lock_paysItsReceiverOncePreimageIsKnown() public {
        (ChannelTerms memory terms, Unlock memory item) = settledWithLock(300);
        refuses(abi.encodeWithSelector(NotFinal.selector, address(resolver), id, 0));
        sluice.unlock(terms, 0, 300, item, PUSH);
        resolver.register(PREIMAGE, LOCK_DEADLINE);
        sluice.unlock(terms, 0, 300, item, PUSH);
        assertEq(accountA.balance, 700);
        assertEq(accountB.balance, 300);
    }

    function test_lock_returnsToItsPayerOnceItIsTooLate() public {
        (ChannelTerms memory terms, Unlock memory item) = settledWithLock(300);
        vm.warp(LOCK_DEADLINE + 1);
        sluice.unlock(terms, 0, 300, item, PUSH);
        assertEq(accountA.balance, 1000);
        assertEq(accountB.balance, 0);
    }

    function settledWithLock(uint128 amount) private returns (ChannelTerms memory terms, Unlock memory item) {
        (terms,) = funded(1000, 0);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = Reference.leaf(0, amount, Reference.condition(address(resolver), id, 0));
        item = Unlock(0, amount, address(resolver), id, 0, Reference.proofOf(leaves, 0));
        settled(terms, lane(terms, 0, 1, 0, amount, Reference.rootOf(leaves)), noVoucher());
    }

    function tryRegister(uint256 at) private {
        vm.warp(at);
        try resolver.register(PREIMAGE, LOCK_DEADLINE) { } catch { }
    }

    function assertPayout(uint8 side, bool isFinal, uint128 amount) private view {
        (bool gotFinal, uint128 got) = resolver.payout(id, side);
        assertEq(gotFinal, isFinal);
        assertEq(got, amount);
    }
}
