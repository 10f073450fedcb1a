// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms } from "../src/interfaces/SluiceTypes.sol";
import { ActorRegistry } from "./mocks/Actors.sol";
import { Fixture } from "./support/Fixture.sol";

/// @notice Payouts to native Filecoin actors, with the precompile put in place.
contract FilecoinTest is Fixture {
    address private constant PRECOMPILE = 0xfe00000000000000000000000000000000000005;
    ActorRegistry private constant REGISTRY = ActorRegistry(0xfe000000000000000000000000000000000000ff);

    function setUp() public override {
        super.setUp();
        vm.chainId(314);
        deployCodeTo("Actors.sol:CallActorId", PRECOMPILE);
        deployCodeTo("Actors.sol:ActorRegistry", address(REGISTRY));
    }

    function masked(uint64 id) private pure returns (address) {
        return address(uint160(0xff) << 152 | uint160(id));
    }

    function pay(address account) private {
        ChannelTerms memory t = nativeTerms();
        t.b.account = account;
        fund(t, 0, 100);
        settled(t, lane(t, 0, 1, 30), noVoucher());
        assertEq(accountA.balance, 70);
    }

    function test_anAccountActorTakesAnOrdinaryCall() public {
        pay(masked(1001));
        assertEq(masked(1001).balance, 30);
    }

    function test_anActorWithoutInvokeIsPaidByABareSend() public {
        deployCodeTo("Actors.sol:NoInvoke", masked(1002));
        REGISTRY.create(1002);
        pay(masked(1002));
        assertEq(masked(1002).balance, 30);
        assertEq(sluice.creditOf(masked(1002), address(0)), 0);
    }

    function test_theLargestIdIsOneToo() public {
        deployCodeTo("Actors.sol:NoInvoke", masked(type(uint64).max));
        REGISTRY.create(type(uint64).max);
        pay(masked(type(uint64).max));
        assertEq(masked(type(uint64).max).balance, 30);
    }

    function test_anActorThatDoesNotExistGetsACredit() public {
        deployCodeTo("Actors.sol:NoInvoke", masked(1003));
        pay(masked(1003));
        assertEq(sluice.creditOf(masked(1003), address(0)), 30);
        REGISTRY.create(1003);
        sluice.pushCredit(masked(1003), address(0));
        assertEq(masked(1003).balance, 30);
    }

    /// @dev On FEVM a call to an id that does not exist succeeds and moves nothing.
    function test_aSuccessThatMovesNothingIsACredit() public {
        ChannelTerms memory t = nativeTerms();
        t.b.account = address(new MovesNothing());
        fund(t, 0, 100);
        settled(t, lane(t, 0, 1, 30), noVoucher());
        assertEq(sluice.creditOf(t.b.account, address(0)), 30);
        assertEq(address(sluice).balance, 30);
    }

    function test_withoutThePrecompileItIsACredit() public {
        vm.etch(PRECOMPILE, "");
        deployCodeTo("Actors.sol:NoInvoke", masked(1005));
        REGISTRY.create(1005);
        pay(masked(1005));
        assertEq(sluice.creditOf(masked(1005), address(0)), 30);
    }

    function test_otherAddressesNeverReachThePrecompile() public {
        address[3] memory others = [
            address(uint160(0xff) << 152 | uint160(1) << 64 | uint160(1006)),
            address(uint160(0xfe) << 152 | uint160(1006)),
            address(uint160(1006))
        ];
        REGISTRY.create(1006);
        vm.expectCall(PRECOMPILE, "", 0);
        for (uint256 i; i < 3; ++i) {
            deployCodeTo("Actors.sol:NoInvoke", others[i]);
            uint256 before = vm.snapshotState();
            pay(others[i]);
            assertEq(sluice.creditOf(others[i], address(0)), 30);
            vm.revertToState(before);
        }
    }
}

/// @notice Gives all that it gets back by force: to its payer, as if nothing had moved.
contract MovesNothing {
    receive() external payable {
        new Back{ value: msg.value }(payable(msg.sender));
    }
}

contract Back {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
